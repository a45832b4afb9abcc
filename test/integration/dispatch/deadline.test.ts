/** A claimed send that waits for a connection: what cannot leave in time ends as `no_time`, and is not sent. */
import { expect, it, onTestFinished } from "vitest";
import { openChannels } from "../../../src/channels/registry.ts";
import { MINUTE, SECOND } from "../../../src/core/values/duration.ts";
import { dispatchSetup, receivedEvent, T0 } from "../../support/dispatch.ts";
import { startFakeProvider } from "../../support/fake-provider.ts";

const DUE = T0 + 10 * MINUTE;

it("leaves before the last useful moment of each of its orders, or not at all", async () => {
  const provider = await startFakeProvider({ rules: [{ fault: { do: "answer", delayMs: 400 } }] });
  onTestFinished(() => provider.close());
  const setup = await dispatchSetup({
    campaign: { steps: [{ id: "nudge", at: { kind: "afterCreated", ms: 10 * MINUTE }, channels: ["sms"] }] },
  });
  const { at, receive, use, runClock, dispatcher, database } = setup;
  const terms = {
    name: "sms",
    contacts: ["phone"],
    ratePerSecond: null,
    timeoutMs: 10_000,
    cost: null,
    fallback: null,
  } as const;
  const settings = { url: provider.url("sms") };
  const opened = openChannels([{ ...terms, provider: "webhook", connections: 4, settings }], { log: { warn() {} } });
  for (const channel of opened.values()) {
    use(channel);
    onTestFinished(() => channel.close());
  }
  await at(T0);
  // Each has 1.5 s from when it is due: the connections are enough for four times four of forty.
  const closesAt = new Date(DUE + 2 * MINUTE + 1.5 * SECOND).toISOString();
  await receive(
    ...Array.from({ length: 40 }, (_, n) =>
      receivedEvent(`e${n}`, "order.created", T0, {
        id: `o${n}`,
        closesAt,
        buyer: { id: `b${n}`, phone: `+86138123${10_000 + n}` },
      }),
    ),
  );
  const here = await runClock(DUE);
  await dispatcher.drain();
  await dispatcher.settled();
  expect(provider.log.length).toBeGreaterThanOrEqual(8);
  expect(provider.log.length).toBeLessThanOrEqual(16);
  expect(provider.log.filter((entry) => entry.at > here(DUE + 1.5 * SECOND) + 100)).toEqual([]);
  const sent = provider.log.length;
  expect(
    await database.sql`
      select state, reason, count(*)::int as n from reminders where step = 'nudge' group by 1, 2 order by 1 desc`,
  ).toEqual(
    [
      { state: "skipped", reason: "no_time", n: 40 - sent },
      { state: "sent", reason: null, n: sent },
    ].sort((a, b) => (a.state < b.state ? 1 : -1)),
  );
  // Those that were claimed and never left failed: none of them counts as a send.
  const attempts = await database.sql`select state from deliveries where state <> 'accepted'`;
  expect(attempts.every(({ state }) => state === "failed-transient")).toBe(true);
  expect(attempts.length).toBeLessThan(10);
});
