/**
 * Runs one BullMQ worker until it is closed. BullMQ remembers a failed first connect to PostgreSQL for ever, and an exception may end its
 * main loop; in both cases the worker is replaced.
 */
import type { WorkerOptions } from "bullmq";
import type { BullProcessor, BullWorker, QueueBackend } from "./connection.ts";
import type { QueueName } from "./jobs.ts";
import type { LockTiming } from "./link.ts";
import { endsWithin, pause } from "./waiting.ts";

export type WorkerHandle = {
  readonly queue: QueueName;
  /** Whether the worker has reached the store and takes jobs, unless an operator paused the queue. */
  isRunning(): boolean;
  /** Resolves when it first runs, or is closed. */
  readonly started: Promise<void>;
  /**
   * Takes no more jobs and waits for the jobs in hand, at most `limitMs` (30 s). Another worker retakes the unfinished jobs when their
   * locks end. Idempotent.
   */
  close(limitMs?: number): Promise<{ drained: boolean }>;
  /** How many jobs it takes at a time from now on. Jobs in hand stay. */
  setConcurrency(slots: number): void;
};

const RETRY_MS = 1_000;
const CLOSE_LIMIT_MS = 30_000;
const FORCED_CLOSE_LIMIT_MS = 1_000;

/** BullMQ fails a job whose worker was killed more often than this. The PostgreSQL backend takes at most 2^31 - 1. */
const MAX_STALLED_COUNT = 1_000_000;

export function runWorker(
  backend: QueueBackend,
  queue: QueueName,
  process: BullProcessor,
  options: Pick<WorkerOptions, "concurrency" | "removeOnComplete" | "removeOnFail">,
  stop: AbortController,
  lock: LockTiming = backend.lock,
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
      maxStalledCount: MAX_STALLED_COUNT,
      // On PostgreSQL a NOTIFY wakes the worker at once; this poll finds a job whose NOTIFY got lost.
      drainDelay: 5,
      runRetryDelay: RETRY_MS,
    });

  const { gate } = backend;
  /** Closes the worker when the gate closes. Its jobs in hand are finished first. */
  const obeyGate = async (current: BullWorker, over: Promise<void>): Promise<void> => {
    let isOver = false;
    void over.then(() => {
      isOver = true;
    });
    while (!isOver && gate.isOpen()) await Promise.race([gate.changed(), over]);
    if (!isOver) await endsWithin(CLOSE_LIMIT_MS, current.close());
  };

  const supervise = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      if (!gate.isOpen()) {
        await Promise.race([gate.changed(), stopped]);
        continue;
      }
      const current = open();
      let markOver = () => {};
      const over = new Promise<void>((resolve) => {
        markOver = resolve;
      });
      void obeyGate(current, over);
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
      markOver();
      if (worker === current && stop.signal.aborted) return;
      running = false;
      worker = undefined;
      await endsWithin(FORCED_CLOSE_LIMIT_MS, current.close(true));
      await pause(RETRY_MS, stop.signal);
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
    if (current && !drained) await endsWithin(FORCED_CLOSE_LIMIT_MS, current.getBackend().disconnect());
    await endsWithin(FORCED_CLOSE_LIMIT_MS, supervised);
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
    close(limitMs = CLOSE_LIMIT_MS) {
      closing ??= closeNow(limitMs);
      return closing;
    },
  };
}
