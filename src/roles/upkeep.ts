/**
 * Role `upkeep`: looks for due work and wakes the dispatchers, rescues expired claims, looks up unknown outcomes, deletes old texts, frees jobs
 * that a wrong clock stranded, checks the channels, assigns tasks, guards payment methods, posts notices to staff, and keeps the sums of the reports.
 */
import { dropOldTallies } from "../campaigns/pauses/auto-pause.ts";
import type { Sql } from "../db/client.ts";
import { eraseLateTexts } from "../db/stores/buyers/erase-store.ts";
import { lookForWork } from "../db/stores/dispatch/due-store.ts";
import { dropOldMessageIds } from "../db/stores/receipts/wish-store.ts";
import type { QueueProducer } from "../queue/producer.ts";
import { repairSkew } from "../queue/skew-repair.ts";
import { startUpkeepWorker } from "../queue/worker.ts";
import { sweepReceipts } from "../receipts/receiver.ts";
import { purge } from "../retention/purge.ts";
import { startAssignment } from "./chores/assignment.ts";
import { every } from "./chores/every.ts";
import { startGuard } from "./chores/guard.ts";
import { startLookups } from "./chores/lookups.ts";
import { startStaffNotices } from "./chores/notices/staff-notices.ts";
import { startReportSums } from "./chores/report-sums.ts";
import { startResults } from "./chores/results.ts";
import { pauseByThresholds } from "./chores/thresholds.ts";
import { endStuck } from "./end-stuck.ts";
import { CLOSE_WORKER_MS, type Parts, type Role } from "./role.ts";

const CHORES_MS = { "due-scan": 200, rescue: 10_000, purge: 15_000 };
/** How often the schedule of the chores is checked: a queue store that was emptied has lost it. */
const SCHEDULE_MS = 5_000;
/** How often jobs are looked for that a worker with a wrong clock stranded. */
const REPAIR_MS = 5_000;
/** How often receipts are tried again that came before their message was recorded. */
const RECEIPTS_MS = 500;
/** How often automatic pauses are decided. */
const THRESHOLDS_MS = 10_000;
/** How often sessions are looked for that stand still and hold locks. */
const STUCK_MS = 2_000;
/** One nudge wakes a dispatcher for this many due buyers. */
const BUYERS_PER_NUDGE = 100;
/** A send that was under way when its buyer was erased is recorded within this time. */
const LATE_TEXTS_MS = 10 * 60_000;
/** Ids of messages that are deleted in one run. */
const MAX_DROPPED = 10_000;
const MAX_COUNTED = 2_000;

export const upkeep: Role = {
  name: "upkeep",
  contacts: false,
  replans: true,
  async start(parts) {
    const { config, life, log, database, backend, producer, dispatcher, clock, receipts } = parts;
    const { sql } = database;
    const schedule = async () => {
      if (clock.gate.isOpen()) await producer.scheduleUpkeep(CHORES_MS);
    };
    await schedule();
    const timer = setInterval(() => void schedule(), SCHEDULE_MS);
    life.onStop(() => clearInterval(timer));
    every(REPAIR_MS, life, async () => {
      if (clock.gate.isOpen()) await putRight({ backend, clock, log });
    });
    every(STUCK_MS, life, () => endStuck(sql, log, false));
    every(RECEIPTS_MS, life, () =>
      sweepReceipts(receipts).catch((error: unknown) => log.warn({ err: error }, "kept receipts could not be applied")),
    );
    every(THRESHOLDS_MS, life, () => pauseByThresholds(parts));
    startGuard(parts);
    startLookups(parts);
    const worker = startUpkeepWorker({
      backend,
      handle: async (chore) => {
        if (chore === "rescue") await dispatcher.rescue();
        if (chore === "purge") {
          await purge(sql, config.retention);
          await dropOldTallies(sql);
          await eraseLateTexts(sql, LATE_TEXTS_MS);
          await dropOldMessageIds(sql, config.retention.deliveries, MAX_DROPPED);
        }
        if (chore === "due-scan") await wakeDispatchers(sql, producer);
      },
    });
    life.onStop(() => worker.close(CLOSE_WORKER_MS));
    startReportSums(parts);
    startAssignment(parts);
    startStaffNotices(parts);
    startResults(parts);
    return null;
  },
};

async function wakeDispatchers(sql: Sql, producer: QueueProducer): Promise<void> {
  const { due, waiting } = await lookForWork(sql, MAX_COUNTED);
  const nudges = Math.ceil(due / BUYERS_PER_NUDGE) + (waiting ? 1 : 0);
  if (nudges > 0) await producer.enqueueDispatch(nudges);
}

async function putRight({ backend, clock, log }: Pick<Parts, "backend" | "clock" | "log">): Promise<void> {
  try {
    const { locks, delays } = await repairSkew(backend, clock.now());
    if (locks + delays > 0)
      log.warn({ locks, delays }, "freed jobs that a worker with a wrong clock had locked or delayed far ahead");
  } catch (error) {
    backend.report("repair", error);
  }
}
