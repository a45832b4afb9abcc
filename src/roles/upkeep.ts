/** Role `upkeep`: looks for due work and wakes the dispatchers, rescues expired claims, deletes old texts, and keeps statistics fresh. */
import type { Logger } from "pino";
import type { Sql } from "../db/client.ts";
import { analyzeGrown } from "../db/statistics.ts";
import { lookForWork } from "../db/stores/dispatch/due-store.ts";
import type { Lifecycle } from "../lifecycle.ts";
import type { QueueProducer } from "../queue/producer.ts";
import { startUpkeepWorker } from "../queue/worker.ts";
import { purgeTexts } from "../retention/purge-texts.ts";
import { CLOSE_WORKER_MS, type Role } from "./role.ts";

const CHORES_MS = { "due-scan": 250, rescue: 10_000, purge: 60_000 };
/** How often the schedule of the chores is checked: a queue store that was emptied has lost it. */
const SCHEDULE_MS = 5_000;
/** How often grown tables are looked for. */
const ANALYZE_MS = 5_000;
/** One nudge wakes a dispatcher for this many due buyers. */
const BUYERS_PER_NUDGE = 100;
const MAX_COUNTED = 2_000;

export const upkeep: Role = {
  name: "upkeep",
  contacts: false,
  replans: true,
  async start({ config, life, log, database: { sql }, backend, producer, dispatcher }) {
    const schedule = () => producer.scheduleUpkeep(CHORES_MS);
    await schedule();
    const timer = setInterval(() => void schedule(), SCHEDULE_MS);
    life.onStop(() => clearInterval(timer));
    analyzeEvery(ANALYZE_MS, { life, log, sql });
    const worker = startUpkeepWorker({
      backend,
      handle: async (chore) => {
        if (chore === "rescue") await dispatcher.rescue();
        if (chore === "purge") await purgeTexts(sql, config.retention.deliveries);
        if (chore === "due-scan") await wakeDispatchers(sql, producer);
      },
    });
    life.onStop(() => worker.close(CLOSE_WORKER_MS));
    return null;
  },
};

async function wakeDispatchers(sql: Sql, producer: QueueProducer): Promise<void> {
  const { due, waiting } = await lookForWork(sql, MAX_COUNTED);
  const nudges = Math.ceil(due / BUYERS_PER_NUDGE) + (waiting ? 1 : 0);
  if (nudges > 0) await producer.enqueueDispatch(nudges);
}

function analyzeEvery(everyMs: number, { life, log, sql }: { life: Lifecycle; log: Logger; sql: Sql }): void {
  let running: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    running = running
      .then(() => analyzeGrown(sql))
      .catch((error: unknown) => log.warn({ err: error }, "tables could not be analysed"));
  }, everyMs);
  life.onStop(() => {
    clearInterval(timer);
    return running;
  });
}
