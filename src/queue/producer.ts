import type { BullQueue, QueueBackend } from "./connection.ts";
import { DeadlineError, messageOf, withDeadline } from "./deadline.ts";
import { type Chore, chores, type DispatchPayload, type QueueName, queueNames } from "./jobs.ts";

/** BullMQ's add() was seen to hang 13 s after a Redis outage; no caller waits longer than this. */
const defaultLimitMs = 2_000;

/** A queue call never throws: the queue being away is an expected outcome, and the caller goes on without it. */
export type QueueCall<T> = { ok: true; value: T } | { ok: false; reason: "timeout" | "unavailable"; message: string };

export type Depth = { waiting: number; active: number; delayed: number; failed: number; paused: boolean };

export type QueueProducer = {
  /**
   * Sees to it that so many nudges wait (at most 16), in one round trip; `value` is how many were asked for. After a timeout
   * they may yet arrive: harmless.
   */
  enqueueDispatch(count: number): Promise<QueueCall<number>>;
  /** Counts for metrics. On PostgreSQL their cost grows with the queue: ask every few seconds, not per request. */
  queueDepth(): Promise<QueueCall<Record<QueueName, Depth>>>;
  /**
   * Sees to it that each chore given comes round at its interval, in ms; cheap when it does, so call it now and then: a store that
   * was emptied has forgotten it. The same from every process; the latest interval wins.
   */
  scheduleUpkeep(everyMs: Partial<Record<Chore, number>>): Promise<QueueCall<number>>;
};

/** A nudge that failed is worth nothing: PostgreSQL knows what is due. The failed ones are kept to look at. */
const nudge = { attempts: 1, removeOnComplete: true, removeOnFail: { count: 1_000, age: 86_400 } };

/** A chore that did not come round for so long is set going anew. */
const overdueMs = 60_000;

/** Enough to wake every dispatching process several times over. */
const maxNudges = 16;

export function createProducer(backend: QueueBackend, options: { limitMs?: number } = {}): QueueProducer {
  const limitMs = options.limitMs ?? defaultLimitMs;

  const call = async <T>(work: () => Promise<T>): Promise<QueueCall<T>> => {
    try {
      return { ok: true, value: await withDeadline(limitMs, work()) };
    } catch (error) {
      backend.report("producer", error);
      const reason = error instanceof DeadlineError ? "timeout" : "unavailable";
      return { ok: false, reason, message: messageOf(error) };
    }
  };

  // A count that timed out goes on in PostgreSQL; the next one waits for it instead of piling up.
  let counting: Promise<Record<QueueName, Depth>> | undefined;

  return {
    enqueueDispatch: (count) =>
      call(async () => {
        if (count === 0) return 0;
        const queue = await backend.queue("dispatch");
        const data: DispatchPayload = {};
        // At most this many wait at a time, also when nobody works them off: a slot is free again once its nudge is done.
        const slots = Array.from({ length: Math.min(count, maxNudges) }, (_, slot) => `due-${slot}`);
        const jobs = slots.map((id) => ({ name: "due", data, opts: { ...nudge, deduplication: { id } } }));
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
          if (known?.every === every && (known.next ?? 0) > Date.now() - overdueMs) continue;
          await queue.upsertJobScheduler(name, { every }, { name, data: {}, opts: nudge });
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
