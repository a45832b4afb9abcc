/** Workers that are killed or stopped in the middle of a burst. */
import { describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { audit, isOver, ledger, NO_FAULTS, setClockAhead } from "../support/service/ledger.ts";
import { QUEUES } from "../support/service/redis.ts";
import { rig } from "../support/service/rig.ts";
import { orders, postAll } from "../support/service/shop.ts";

const WORKER = ["worker", "--roles", "dispatch,upkeep"];
const CLEAN = { code: 0, signal: null };

describe.each(QUEUES)("queue on $queue", ({ queue, runs }) => {
  it.runIf(runs)(
    "kill -9 of a worker in a burst: nothing twice, nothing lost but what it held, which counts as unknown",
    async (context) => {
      const count = 1_500;
      const service = await rig(context, { queue, ratePerSecond: 400 });
      // So that each worker has messages on their way at any moment of the burst.
      service.provider.rules([{ fault: { do: "answer", delayMs: 300 } }]);
      const [api, victim, survivor] = await Promise.all([service.up(["api"]), service.up(WORKER), service.up(WORKER)]);
      await postAll(api.url, orders(count, "k", Date.now() + 3_000));
      await eventually(
        "the burst begins",
        () => service.provider.taken(),
        (taken) => taken >= 200,
      );
      await victim.kill();
      const other = await service.up(WORKER);
      await eventually(
        "the rest went out",
        () => ledger(service.sql),
        ({ reminders, deliveries }) => reminders.planned === undefined && (deliveries.claimed ?? 0) <= 400,
      );
      // The other workers record their claims before they end. The rest are claims of the killed one.
      for (const worker of [survivor, other]) worker.signal("SIGTERM");
      expect(await Promise.all([survivor.ended, other.ended])).toEqual([CLEAN, CLEAN]);
      const stranded = (await ledger(service.sql)).deliveries.claimed ?? 0;
      expect(stranded, "the kill hit claims").toBeGreaterThan(0);
      await setClockAhead(service.sql, 60);
      await service.up(WORKER);
      const end = await eventually("the rescue gave the dead one's claims up", () => ledger(service.sql), isOver);
      const { taken, faults } = await audit(service);
      console.log(`kill -9 (${queue}): ${taken} taken, ${stranded} unknown of ${count}`);
      expect(faults).toEqual(NO_FAULTS);
      expect(end.reminders).toEqual({ sent: count - stranded, "skipped:unknown_outcome": stranded });
      expect(end.deliveries).toMatchObject({ accepted: count - stranded, unknown: stranded });
      expect(taken).toBeGreaterThanOrEqual(count - stranded);
    },
  );

  it.runIf(runs)(
    "SIGTERM in a burst: every claim is recorded, exit 0 in time, and the next worker goes on",
    async (context) => {
      const count = 2_000;
      const service = await rig(context, { queue, ratePerSecond: 400 });
      const [api, first] = await Promise.all([service.up(["api"]), service.up(WORKER)]);
      await postAll(api.url, orders(count, "t", Date.now() + 2_500));
      await eventually(
        "the burst begins",
        () => service.provider.taken(),
        (taken) => taken >= 200,
      );
      const begun = performance.now();
      first.signal("SIGTERM");
      const ended = await first.ended;
      const drainedMs = performance.now() - begun;
      const { deliveries, reminders } = await ledger(service.sql);
      expect(ended).toEqual(CLEAN);
      // Far below the 20 s that are promised: it stops claiming, and does not send off the whole backlog first.
      expect(drainedMs).toBeLessThan(10_000);
      expect(deliveries).toMatchObject({ accepted: expect.any(Number) });
      expect(deliveries).not.toHaveProperty("claimed");
      expect(deliveries).not.toHaveProperty("unknown");
      expect(reminders.planned, "it was in the middle of it").toBeGreaterThan(0);
      await service.up(WORKER);
      const end = await eventually("the next worker sends the rest", () => ledger(service.sql), isOver);
      console.log(
        `SIGTERM (${queue}): drained in ${Math.round(drainedMs)} ms after ${deliveries.accepted} of ${count}`,
      );
      expect(end.reminders).toEqual({ sent: count });
      expect(await audit(service)).toEqual({ taken: count, faults: NO_FAULTS });
    },
  );
});
