import type { WorkerOptions } from "bullmq";
import type { BullProcessor, BullWorker, QueueBackend } from "./connection.ts";
import { endsWithin, pause } from "./deadline.ts";
import type { QueueName } from "./jobs.ts";

export type WorkerHandle = {
  readonly queue: QueueName;
  /** The worker reached the store and takes jobs (or waits because an operator paused the queue). */
  isRunning(): boolean;
  /** Resolves when it first runs, or is closed. */
  readonly started: Promise<void>;
  /**
   * Takes no more jobs and waits for those in hand, at most `limitMs` (30 s); then lets go: what is unfinished is
   * retaken by another worker when its lock ends. Idempotent.
   */
  close(limitMs?: number): Promise<{ drained: boolean }>;
  /** How many jobs it takes at a time from now on; those in hand stay. */
  setConcurrency(slots: number): void;
};

export type LockTuning = { durationMs: number; renewMs: number; stalledCheckMs: number };

const retryMs = 1_000;
const defaultCloseLimitMs = 30_000;
const forcedCloseLimitMs = 1_000;

/**
 * A job whose worker was killed goes back to waiting, however often that happened: beyond this count BullMQ would fail
 * it. (2^31 - 1 is what the PostgreSQL backend can take.)
 */
const maxStalledCount = 1_000_000;

/**
 * Runs one BullMQ worker until closed. BullMQ remembers a failed first connect to PostgreSQL for ever and its main loop
 * may end by an exception; in both cases the worker is replaced.
 */
export function runWorker(
  backend: QueueBackend,
  queue: QueueName,
  process: BullProcessor,
  options: Pick<WorkerOptions, "concurrency" | "removeOnComplete" | "removeOnFail">,
  stop: AbortController,
  lock: LockTuning = backend.lock,
): WorkerHandle {
  let markStarted = () => {};
  const started = new Promise<void>((resolve) => {
    markStarted = resolve;
  });
  const stopped = new Promise<void>((resolve) => {
    stop.signal.addEventListener("abort", () => resolve());
  });
  let worker: BullWorker | undefined;
  let running = false;
  let { concurrency = 1 } = options;

  const open = (): BullWorker =>
    backend.worker(queue, process, {
      ...options,
      concurrency,
      lockDuration: lock.durationMs,
      lockRenewTime: lock.renewMs,
      stalledInterval: lock.stalledCheckMs,
      maxStalledCount,
      // PostgreSQL: a NOTIFY wakes the worker at once; this poll is for one that got lost.
      drainDelay: 5,
      runRetryDelay: retryMs,
    });

  const supervise = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const current = open();
      try {
        await Promise.race([current.waitUntilReady(), stopped]);
        if (!stop.signal.aborted) {
          worker = current;
          running = true;
          markStarted();
          await current.run();
        }
      } catch (error) {
        backend.report(`worker ${queue}`, error);
      }
      if (worker === current && stop.signal.aborted) return;
      running = false;
      worker = undefined;
      await letGo(current);
      await pause(retryMs, stop.signal);
    }
  };

  const supervised = supervise();
  let closing: Promise<{ drained: boolean }> | undefined;
  const closeNow = async (limitMs: number): Promise<{ drained: boolean }> => {
    stop.abort();
    markStarted();
    const current = worker;
    const drained = current === undefined || (await endsWithin(limitMs, current.close()));
    running = false;
    if (current && !drained) await endsWithin(forcedCloseLimitMs, current.getBackend().disconnect());
    await endsWithin(forcedCloseLimitMs, supervised);
    return { drained };
  };

  return {
    queue,
    isRunning: () => running,
    started,
    setConcurrency(slots) {
      concurrency = slots;
      if (worker !== undefined) worker.concurrency = slots;
    },
    close(limitMs = defaultCloseLimitMs) {
      closing ??= closeNow(limitMs);
      return closing;
    },
  };
}

async function letGo(worker: BullWorker): Promise<void> {
  await endsWithin(forcedCloseLimitMs, worker.close(true));
}
