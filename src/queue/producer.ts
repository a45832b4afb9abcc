/** Producer calls, for the process itself: nudges, chores and counts. */
import { DeadlineError, withDeadline } from "../deadline.ts";
import type { BullQueue, QueueBackend } from "./connection.ts";
import { type Chore, chores, type DispatchPayload, type QueueName, queueNames } from "./jobs.ts";
import { FAR_AHEAD_MS } from "./link.ts";
import { messageOf } from "./waiting.ts";

/** BullMQ's add() was seen to hang for 13 s after a Redis outage; no caller waits longer than this. */
const LIMIT_MS = 2_000;

/** A queue call never throws: an unreachable queue is an expected outcome, and the caller goes on without it. */
export type QueueCall<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: "timeout" | "unavailable"; readonly message: string };

export type Depth = { waiting: number; active: number; delayed: number; failed: number; paused: boolean };

export type QueueProducer = {
  /**
   * Makes sure that `count` nudges wait, at most 16, in one round trip; `value` is how many were asked for. After a timeout they may still
   * arrive, which does no harm.
   */
  enqueueDispatch(count: number): Promise<QueueCall<number>>;
  /** Counts for metrics. On PostgreSQL their cost grows with the queue: call it every few seconds, not for each request. */
  queueDepth(): Promise<QueueCall<Record<QueueName, Depth>>>;
  /**
   * Makes sure that each given chore runs at its interval, in ms. Call it now and then, because a store that was emptied has lost the
   * schedule; it is cheap when nothing is missing. Every process may call it; the latest interval wins.
   */
  scheduleUpkeep(everyMs: Partial<Record<Chore, number>>): Promise<QueueCall<number>>;
};

/** A failed nudge is not retried: PostgreSQL knows what is due. Failed nudges are kept for inspection. */
const NUDGE = { attempts: 1, removeOnComplete: true, removeOnFail: { count: 1_000, age: 86_400 } };

/** A chore that is overdue for longer than this is scheduled again. */
const OVERDUE_MS = 60_000;

/** Enough to wake every dispatching process several times. */
const MAX_NUDGES = 16;

export function createProducer(backend: QueueBackend, options: { limitMs?: number } = {}): QueueProducer {
  const limitMs = options.limitMs ?? LIMIT_MS;

  const call = async <T>(work: () => Promise<T>): Promise<QueueCall<T>> => {
    try {
      return { ok: true, value: await withDeadline(limitMs, "the queue", work()) };
    } catch (error) {
      backend.report("producer", error);
      const reason = error instanceof DeadlineError ? "timeout" : "unavailable";
      return { ok: false, reason, message: messageOf(error) };
    }
  };

  // A count that timed out still runs in PostgreSQL; the next call waits for it and starts no second count.
  let counting: Promise<Record<QueueName, Depth>> | undefined;

  return {
    enqueueDispatch: (count) =>
      call(async () => {
        if (count === 0) return 0;
        const queue = await backend.queue("dispatch");
        const data: DispatchPayload = {};
        // Each slot holds one waiting nudge, so that nudges do not pile up while no worker runs.
        const slots = Array.from({ length: Math.min(count, MAX_NUDGES) }, (_, slot) => `due-${slot}`);
        const jobs = slots.map((id) => ({ name: "due", data, opts: { ...NUDGE, deduplication: { id } } }));
        await queue.addBulk(jobs);
        return jobs.length;
      }),
    queueDepth: () =>
      call(() => {
        counting ??= countAll(backend).finally(() => {
          counting = undefined;
        });
        return counting;
      }),
    scheduleUpkeep: (everyMs) =>
      call(async () => {
        const queue = await backend.queue("upkeep");
        const wanted = chores.flatMap((name) => {
          const every = everyMs[name];
          return every === undefined ? [] : [{ name, every }];
        });
        for (const { name, every } of wanted) {
          const known = await queue.getJobScheduler(name);
          const wait = (known?.next ?? 0) - Date.now();
          if (known?.every === every && wait > -OVERDUE_MS && wait < every + FAR_AHEAD_MS) continue;
          // A worker with a wrong clock put the next run far ahead; else it would stay there.
          if (wait >= every + FAR_AHEAD_MS) await queue.removeJobScheduler(name);
          await queue.upsertJobScheduler(name, { every }, { name, data: {}, opts: NUDGE });
        }
        return wanted.length;
      }),
  };
}

async function countAll(backend: QueueBackend): Promise<Record<QueueName, Depth>> {
  const [orders, dispatch, upkeep] = await Promise.all(
    queueNames.map(async (name) => countOne(await backend.queue(name))),
  );
  if (!orders || !dispatch || !upkeep) throw new Error("a queue was not counted");
  return { orders, dispatch, upkeep };
}

async function countOne(queue: BullQueue): Promise<Depth> {
  const [counts, paused] = await Promise.all([
    queue.getJobCounts("waiting", "prioritized", "paused" as "waiting", "active", "delayed", "failed"),
    queue.isPaused(),
  ]);
  const of = (state: string) => counts[state] ?? 0;
  return {
    waiting: of("waiting") + of("prioritized") + of("paused"),
    active: of("active"),
    delayed: of("delayed"),
    failed: of("failed"),
    paused,
  };
}
