/** A provider that is down for all processes and comes back: few probes, no claim that cannot be sent, and no rush at the end. */
import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { audit, isOver, ledger, NO_FAULTS } from "../support/service/ledger.ts";
import { rig } from "../support/service/rig.ts";
import { orders, postAll } from "../support/service/shop.ts";

const WORKER = ["worker", "--roles", "dispatch,upkeep"];
const COUNT = 1_500;
const PROCESSES = 3;

it.for(["postgres", "redis"] as const)(
  "down, then up, with three processes and kill -9 of one while it is down (queue on %s)",
  async (queue, context) => {
    // On a busy machine a shorter one would end some sends with an outcome that nobody knows.
    const service = await rig(context, { queue, timeout: "10s" });
    const api = await service.up(["api"]);
    const workers = await Promise.all(Array.from({ length: PROCESSES }, () => service.up(WORKER)));
    service.provider.rules([{ when: { channel: "sms" }, fault: { do: "answer", status: 503 } }]);
    await postAll(api.url, orders(COUNT, "o", Date.now() + 2_000));
    const callsOf = () => service.provider.log.length;
    await eventually(
      "every process knows",
      async () => callsOf(),
      (calls) => calls >= 10 * PROCESSES,
    );
    const waiting = async () =>
      (await service.sql<{ n: number }[]>`select count(*)::int as n from buyers where waits_for = 'sms'`)[0]?.n ?? 0;
    await eventually("the rest waits", waiting, (n) => n > COUNT / 4);
    await eventually(
      "nothing but probes is under way",
      async () => (await ledger(service.sql)).deliveries.claimed ?? 0,
      (claimed) => claimed <= PROCESSES,
    );
    await pause(3_000);
    const [claimsBefore, callsBefore] = [(await ledger(service.sql)).deliveries, callsOf()];
    await workers[0]?.kill();
    await pause(8_000);
    const probes = callsOf() - callsBefore;
    // Pauses of about 1, 2, 4 and 8 s in each process, and three answers until a process is sure again.
    expect(probes).toBeLessThanOrEqual(6 * PROCESSES);
    const attempts = (counts: Readonly<Record<string, number>>) => counts["failed-transient"] ?? 0;
    expect(attempts((await ledger(service.sql)).deliveries) - attempts(claimsBefore)).toBeLessThanOrEqual(probes + 3);
    const callsThen = callsOf();
    await service.up(WORKER);
    // A new process knows of the outage only when its first sends have failed.
    await eventually(
      "the new process knows",
      async () => callsOf(),
      (calls) => calls >= callsThen + 10,
    );
    await pause(500);
    service.provider.rules([]);
    const backAt = Date.now();
    const end = await eventually("all is over", () => ledger(service.sql), isOver, 120_000);
    // The killed process may have been in the middle of a probe, whose outcome nobody knows then.
    const held = end.reminders["skipped:unknown_outcome"] ?? 0;
    expect(held).toBeLessThanOrEqual(1);
    expect(end.reminders.sent).toBe(COUNT - held);
    const after = service.provider.log.filter(({ at, taken }) => taken && at >= backAt).map(({ at }) => at);
    const firstAt = Math.min(...after);
    const inFirst = (ms: number) => after.filter((at) => at < firstAt + ms).length;
    console.log(
      `outage (${queue}): ${probes} probes in 8 s; taken in the first 0.25, 1, 2, 4 s: ${[250, 1_000, 2_000, 4_000].map(inFirst).join(", ")}`,
    );
    expect(inFirst(250), "it begins with a few").toBeLessThan(COUNT / 10);
    expect((await audit(service)).faults).toEqual(NO_FAULTS);
  },
);
