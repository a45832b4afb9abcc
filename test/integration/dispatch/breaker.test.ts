/** A provider that does not answer and comes back: circuit breakers, the queue of the channel, and the step's next channel. */
import { setTimeout as pause } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { openNotifiers } from "../../../src/channels/notices/registry.ts";
import { openChannels } from "../../../src/channels/registry.ts";
import type { SendOutcome } from "../../../src/core/seams/channel.ts";
import { MINUTE } from "../../../src/core/values/duration.ts";
import { readOutages } from "../../../src/db/stores/dispatch/outage-store.ts";
import { deliverNotices } from "../../../src/notices/deliver.ts";
import { watchForMatters } from "../../../src/notices/watch.ts";
import { answeringServer } from "../../support/answering-server.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { startFakeProvider } from "../../support/fake-provider.ts";

const DUE = T0 + 10 * MINUTE;
const TIMES = { firstPauseMs: 200, longestPauseMs: 800, downAfterMs: 1_000, rampMs: 100 };
const REFUSED: SendOutcome = {
  kind: "failed-transient",
  code: "connection_refused",
  message: "no",
  retryAfterMs: null,
};
const TIMED_OUT: SendOutcome = { kind: "unknown", code: "timeout", message: "no answer" };

type Options = { readonly channels?: readonly string[]; readonly staleAfter?: number; readonly fails?: SendOutcome };

async function setup({ channels = ["sms"], staleAfter = 60 * MINUTE, fails = REFUSED }: Options = {}) {
  const state = { down: true, calls: 0, underWay: 0 };
  /** Sends under way, after so many ms. */
  const load: { readonly at: number; readonly underWay: number }[] = [];
  const base = await dispatchSetup({
    breakerTimes: TIMES,
    campaign: { staleAfter, steps: [{ id: "nudge", at: { kind: "afterCreated", ms: 10 * MINUTE }, channels }] },
    answer: async ({ channel }) => {
      if (channel !== "sms") return { kind: "accepted", messageId: null, segments: null };
      state.calls++;
      load.push({ at: performance.now(), underWay: ++state.underWay });
      const { down } = state;
      await pause(5);
      state.underWay--;
      return down ? fails : { kind: "accepted", messageId: null, segments: null };
    },
  });
  const { sql } = base.database;
  await base.at(T0);
  /** Each is due `apart` ms after the one before. */
  const order = (n: number, apart: number) =>
    receivedEvent(`o${n}`, "order.created", T0 + n * apart, {
      id: `o${n}`,
      buyer: { id: `b${n}`, phone: `+86138123${10_000 + n}`, chat: { qq: `qq-${n}` } },
    });
  return {
    ...base,
    sql,
    state,
    load,
    orders: (count: number, apart = 0) => base.receive(...Array.from({ length: count }, (_, n) => order(n, apart))),
    /** Drains and sweeps until `done`. */
    run: async (done: () => boolean | Promise<boolean>) => {
      for (let n = 0; n < 1_000; n++) {
        await base.dispatcher.drain();
        await base.dispatcher.dissolveQueues();
        if (await done()) return;
        await pause(20);
      }
      throw new Error("it never came to that");
    },
    ends: async () =>
      (
        await sql<{ line: string }[]>`
          select count(*) || ' ' || concat_ws(':', state, reason) as line from reminders group by state, reason order by 1`
      ).map(({ line }) => line),
    claimed: async () =>
      (await sql<{ n: number }[]>`select count(distinct reminder_id)::int as n from deliveries`)[0]?.n ?? 0,
    waiting: async () =>
      (await sql<{ n: number }[]>`select count(*)::int as n from buyers where waits_for = 'sms'`)[0]?.n ?? 0,
  };
}

const for_ = (ms: number) => {
  const end = performance.now() + ms;
  return () => performance.now() > end;
};

it("sends only probes while the provider is down, and the backlog goes out when it is back, a little at first", async () => {
  const { orders, run, state, load, ends, claimed, waiting, runClock } = await setup();
  await orders(600);
  await runClock(DUE + MINUTE);
  await run(async () => (await waiting()) > 300);
  await run(for_(100));
  const tried = await claimed();
  expect(tried, "those that were claimed before it was known").toBeLessThan(300);
  const before = state.calls;
  await run(for_(2_500));
  expect(state.calls - before, "probes").toBeGreaterThanOrEqual(2);
  expect(state.calls - before, "probes").toBeLessThanOrEqual(8);
  expect((await claimed()) - tried, "nothing is claimed that cannot be sent").toBeLessThanOrEqual(8);
  state.down = false;
  load.length = 0;
  await run(async () => (await ends()).includes("600 sent"));
  expect(await ends()).toEqual(["600 sent"]);
  // The probe, and from its answer on twice as many every 100 ms.
  const [probe] = load;
  for (const { at, underWay } of load)
    expect(underWay).toBeLessThanOrEqual(2 ** ((at - (probe?.at ?? 0)) / TIMES.rampMs));
});

it("costs a buyer an unknown outcome only with each probe, when the provider hangs", async () => {
  const { orders, run, state, ends, runClock, waiting } = await setup({ fails: TIMED_OUT });
  await orders(400);
  await runClock(DUE + MINUTE);
  await run(for_(2_000));
  const lost = 400 - (await waiting());
  expect(lost).toBeLessThan(300);
  state.down = false;
  await run(async () => (await waiting()) === 0 && !(await ends()).some((line) => line.includes("planned")));
  const [unknown] = (await ends()).filter((line) => line.endsWith("unknown_outcome"));
  expect(Number.parseInt(unknown ?? "0", 10)).toBeLessThanOrEqual(lost + 3);
});

it("takes the step's next channel when the provider is down for longer, and says so", async () => {
  const { orders, run, sent, ends, runClock, sql } = await setup({ channels: ["sms", "chat"] });
  await orders(300);
  await runClock(DUE + MINUTE);
  await run(for_(500));
  expect(
    sent.some(({ channel }) => channel === "chat"),
    "a short outage is waited for",
  ).toBe(false);
  expect(await readOutages(sql)).toEqual([]);
  await run(async () => (await readOutages(sql)).length > 0);
  expect(await readOutages(sql)).toMatchObject([{ channel: "sms", code: "connection_refused" }]);
  // A probe is left for sms now and then, and tries it again a while before it takes the other channel.
  await run(async () => (await ends()).includes("300 sent"));
  expect(sent.filter(({ channel }) => channel === "chat").length).toBeGreaterThan(280);
});

it("a provider that refuses connections for a minute is one notice to staff", async () => {
  const { orders, run, runClock, use, sql, sent } = await setup();
  const [gateway, staff] = [await startFakeProvider(), await answeringServer(() => ({ status: 200, body: "ok" }))];
  await gateway.close();
  const sms = openChannels(
    [
      {
        ...{ name: "sms", ratePerSecond: null, timeoutMs: 2_000, connections: 4, cost: null, fallback: null },
        ...{ contacts: ["phone"], provider: "webhook", settings: { url: gateway.url("sms") } },
      },
    ],
    { log: { warn() {} } },
  ).get("sms");
  const notifiers = openNotifiers([{ name: "ops", provider: "slack", leaders: false, settings: { url: staff.url } }]);
  if (sms === undefined) throw new Error("not opened");
  onTestFinished(async () => {
    await Promise.all([sms, ...notifiers.values()].map((each) => each.close()));
  });
  use(sms);
  const written = (at: number) => new Date(at).toISOString();
  const look = async () => {
    await watchForMatters({ sql, receivers: ["ops"], channels: ["sms"], written });
    await deliverNotices({ sql, notifiers, written, log: { warn() {} } });
    return staff.asked.map(({ body }) => JSON.parse(body).text as string);
  };
  await orders(30);
  await runClock(DUE);
  await run(async () => (await readOutages(sql)).length > 0);
  expect(await look(), "a short outage passes by itself").toEqual([]);
  await runClock(DUE + MINUTE + 5_000);
  const text = /^Dunlin: the provider of channel sms has not answered since 2026-11-10T12:1\S+ \(connection_refused\)/;
  expect(await look()).toEqual([expect.stringMatching(text)]);
  expect(await look()).toHaveLength(1);
  expect(sent).toEqual([]);
});

it("probes also when every buyer has another channel", async () => {
  const { orders, run, state, runClock, sent, sql } = await setup({ channels: ["sms", "chat"] });
  // Some are due now, and then one every 20 ms.
  await orders(1_500, 20);
  await runClock(DUE + 1_000);
  await run(async () => (await readOutages(sql)).length > 0);
  await run(() => sent.filter(({ channel }) => channel === "chat").length > 50);
  state.down = false;
  await run(async () => (await readOutages(sql)).length === 0);
  const now = sent.length;
  await run(() => sent.length > now + 10);
  expect(new Set(sent.slice(-5).map(({ channel }) => channel))).toEqual(new Set(["sms"]));
});

it("ends as channel_down when the time of a reminder is over", async () => {
  const { orders, run, ends, runClock, waiting } = await setup({ staleAfter: 6_000 });
  await orders(300);
  await runClock(DUE);
  await run(async () => (await ends()).includes("300 skipped:channel_down"));
  expect(await waiting()).toBe(0);
});
