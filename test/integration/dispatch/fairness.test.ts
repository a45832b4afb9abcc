/** One channel does not hold up another, and one shop's backlog does not hold up the few reminders of another shop. */
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { openChannels } from "../../../src/channels/registry.ts";
import { MINUTE, SECOND } from "../../../src/core/values/duration.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { startFakeProvider } from "../../support/fake-provider.ts";
import type { Fault } from "../../support/provider-faults.ts";

const DUE = T0 + 10 * MINUTE;
const steps = [{ id: "nudge", at: { kind: "afterCreated" as const, ms: 10 * MINUTE }, channels: ["sms", "chat"] }];

/** Orders `<name>0`, … of buyers of their own, each due `apart` ms after the one before. */
const orders = (name: string, count: number, apart = 0, shop = "acme", contact: "phone" | "chat" = "phone") =>
  Array.from({ length: count }, (_, n) => ({
    ...receivedEvent(`${name}${n}`, "order.created", T0 + n * apart, {
      id: `${name}${n}`,
      buyer: {
        id: `b-${name}${n}`,
        ...(contact === "phone" ? { phone: `+86138${10_000_000 + n}` } : { chat: { wechat: `w-${name}${n}` } }),
      },
    }),
    shop,
  }));

type Setup = Awaited<ReturnType<typeof dispatchSetup>>;

/** The channel sms goes to a provider over HTTP that does this with each message. */
async function smsOverHttp({ use }: Setup, fault: Fault, connections: number) {
  const provider = await startFakeProvider({ rules: [{ fault }] });
  onTestFinished(() => provider.close());
  const terms = { name: "sms", contacts: ["phone"], ratePerSecond: null, cost: null, fallback: null } as const;
  const settings = { url: provider.url("sms") };
  const opened = openChannels([{ ...terms, provider: "webhook", timeoutMs: 10_000, connections, settings }], {
    log: { warn() {} },
  });
  for (const channel of opened.values()) use(channel);
  return provider;
}

const countOf = ({ sent }: Setup, name: string) => sent.filter(({ orders: [id] }) => id?.startsWith(name)).length;

describe("a provider that hangs", () => {
  it("holds up no other channel, and holds no more than its connections", async () => {
    const arrivals = new Map<string, number>();
    const setup = await dispatchSetup({
      campaign: { steps },
      answer: ({ orders: [id = ""] }) => {
        arrivals.set(id, Date.now());
        return { kind: "accepted", messageId: null, segments: null };
      },
    });
    const { at, receive, runClock, database } = setup;
    const provider = await smsOverHttp(setup, { do: "hang" }, 40);
    const dispatcher = setup.another();
    await at(T0);
    await receive(...orders("s", 600, 3), ...orders("c", 100, 20, "acme", "chat"));
    const here = await runClock(DUE - SECOND / 2);
    const most: number[] = [];
    while (countOf(setup, "c") < 100 && most.length < 2_000) {
      await dispatcher.drain();
      most.push(dispatcher.inFlight);
      await pause(5);
    }
    const late = [...arrivals]
      .map(([id, arrived]) => arrived - here(DUE + 20 * Number(id.slice(1))))
      .sort((a, b) => a - b);
    // A healthy machine needs 20 ms; a channel that is held up needs the timeout of the other.
    expect(late[50]).toBeLessThan(2_000);
    expect(Math.max(...most)).toBeLessThan(120);
    expect(provider.log.length).toBeLessThanOrEqual(80);
    // The others wait in the database, in the order in which they are due, and can be claimed by any process.
    const [queue] = await database.sql<{ n: number }[]>`
      select count(*)::int as n from buyers where waits_for = 'sms'`;
    expect(queue?.n).toBeGreaterThan(400);
    await provider.close();
  }, 60_000);

  it("that answers again gets what was queued for it, each once", async () => {
    const setup = await dispatchSetup({ campaign: { steps } });
    const { at, receive, runClock, database } = setup;
    const provider = await smsOverHttp(setup, { do: "answer", delayMs: 100 }, 4);
    const dispatcher = setup.another();
    const other = setup.another();
    await at(T0);
    await receive(...orders("s", 200));
    await runClock(DUE);
    const begun = performance.now();
    await Promise.all([dispatcher.drain(), other.drain()]);
    // It goes on by itself as soon as there is room: nobody has to wake it.
    while (provider.log.length < 200 && performance.now() - begun < 30_000) await pause(50);
    await Promise.all([dispatcher.settled(), other.settled()]);
    expect(new Set(provider.log.map(({ id }) => id)).size).toBe(200);
    expect(provider.connections()).toBeLessThanOrEqual(8);
    expect(await database.sql`select state, count(*)::int as n from reminders group by 1`).toEqual([
      { state: "sent", n: 200 },
    ]);
    expect(await database.sql`select 1 from buyers where waits_for is not null`).toHaveLength(0);
  }, 60_000);
});

describe("a shop with a backlog", () => {
  it("does not hold up another shop's few", async () => {
    const setup = await dispatchSetup({ campaign: { steps }, otherShops: ["big", "small", "tiny"] });
    const { at, receive, runClock, dispatcher, sent } = setup;
    await at(T0);
    await receive(...orders("b", 3_000, 0, "big"));
    await at(T0 + SECOND);
    await receive(...orders("s", 20, 1_000, "small"), ...orders("t", 1, 9_000, "tiny"));
    await runClock(DUE + MINUTE);
    while (sent.length < 3_021) await dispatcher.drain();
    await dispatcher.settled();
    const places = sent.flatMap(({ shop }, place) => (shop === "big" ? [] : [place]));
    expect(sent).toHaveLength(3_021);
    expect(Math.max(...places)).toBeLessThan(700);
    // And each shop's own leave in the order in which they are due.
    const small = sent.flatMap(({ shop, orders: [id = ""] }) => (shop === "small" ? [Number(id.slice(1))] : []));
    expect(small).toEqual(Array.from({ length: 20 }, (_, n) => n));
  }, 60_000);

  it("shares a rate limit with the others, also when there are more shops than slots", async () => {
    const shops = Array.from({ length: 9 }, (_, n) => `few${n}`);
    const setup = await dispatchSetup({ campaign: { steps }, ratePerSecond: 3, otherShops: ["big", ...shops] });
    const { at, receive, dispatcher, sent } = setup;
    await at(T0);
    await receive(...orders("b", 200, 0, "big"));
    await receive(...shops.flatMap((shop) => orders(shop, 2, 0, shop).map((event) => event)));
    for (let second = 0; second < 14; second++) {
      await at(DUE + MINUTE + second * SECOND);
      await dispatcher.drain();
    }
    await dispatcher.settled();
    expect(sent.length).toBeGreaterThan(38);
    const few = sent.filter(({ shop }) => shop.startsWith("few"));
    expect(few).toHaveLength(18);
  }, 60_000);
});
