import { DelayedError, type Job, UnrecoverableError } from "bullmq";
import type { QueueBackend } from "./connection.ts";
import { messageOf, pause } from "./deadline.ts";
import { type Chore, chore, type DispatchPayload, dispatchPayload, InvalidJobError } from "./jobs.ts";
import { type LockTuning, runWorker, type WorkerHandle } from "./worker-loop.ts";

type Common = {
  backend: QueueBackend;
  concurrency?: number;
  /** For tests; the backend knows the right times. */
  lock?: LockTuning;
};

export type OrdersWorkerOptions = Common & {
  /**
   * Resolves when everything in `data` is durable. Rejects with InvalidJobError if it can never be processed; any other
   * rejection is taken for an outage and the job is tried again, for ever. Many calls are in flight at once: the
   * caller folds them together.
   */
  submit(data: unknown): Promise<void>;
  /** How long a job waits in its slot for an outage to end before it goes back to the queue, in ms. */
  holdMs?: number;
};

/** Single events want many slots: one micro-batch holds at most as many jobs as there are slots. */
const ordersConcurrency = 1_000;
/** A job may hold a thousand events, and all in hand lie in memory: beyond so many, fewer jobs are taken at a time. */
const mostEventsInHand = 4_000;
/** BullMQ fills its slots before the first job is looked at: so many there are until it is known how big the jobs are. */
const firstSlots = 16;
const defaultHoldMs = 30_000;
const firstRetryMs = 250;
const maxRetryMs = 5_000;
const givenBackForMs = 15_000;

const keptInvalid = { count: 10_000, age: 7 * 86_400 };
const keptFailed = { count: 1_000, age: 86_400 };

/**
 * The public intake. A job leaves the queue in one of two ways only: `submit` resolved, or its data is invalid (then it
 * is kept among the failed). During an outage jobs are held in their slots, so that the backlog stays in the queue
 * untouched, and given back as delayed after `holdMs`, which uses up no attempt: producers add with `attempts: 1`.
 */
export function startOrdersWorker(options: OrdersWorkerOptions): WorkerHandle {
  const { backend, submit, lock, concurrency = ordersConcurrency, holdMs = defaultHoldMs } = options;
  const stop = new AbortController();
  let jobsInHand = 0;
  let eventsInHand = 0;
  const hold = (jobs: number, events: number): void => {
    jobsInHand += jobs;
    eventsInHand += events;
    // As many as fit if the next ones are as big as these.
    const fit = Math.floor((jobsInHand * mostEventsInHand) / Math.max(1, eventsInHand));
    if (jobsInHand > 0) worker.setConcurrency(Math.min(concurrency, Math.max(1, fit)));
  };

  const process = async (job: Job<unknown, unknown, string>, token?: string): Promise<void> => {
    const size = Array.isArray(job.data) ? job.data.length : 1;
    hold(1, size);
    try {
      await takeIn(job, token);
    } finally {
      hold(-1, -size);
    }
  };

  const takeIn = async (job: Job<unknown, unknown, string>, token?: string): Promise<void> => {
    // A producer's own options would win over the worker's: completed jobs kept for ever, invalid ones gone unseen.
    job.opts.removeOnComplete = true;
    job.opts.removeOnFail = keptInvalid;
    const giveUpAt = performance.now() + holdMs;
    for (let retryMs = firstRetryMs; ; retryMs = Math.min(retryMs * 2, maxRetryMs)) {
      try {
        await submit(job.data);
        return;
      } catch (error) {
        if (error instanceof InvalidJobError) throw new UnrecoverableError(error.message);
        backend.report("worker orders", error);
      }
      if (stop.signal.aborted || performance.now() >= giveUpAt)
        return giveBack(backend, job, token, stop.signal.aborted);
      await pause(retryMs, stop.signal);
    }
  };

  const worker = runWorker(
    backend,
    "orders",
    process,
    { concurrency: Math.min(concurrency, firstSlots), removeOnComplete: { count: 0 }, removeOnFail: keptInvalid },
    stop,
    lock,
  );
  return worker;
}

/**
 * Never fails the job. If the queue is away too, the job stays active without anyone renewing its lock, and the stalled
 * check puts it back to waiting.
 */
async function giveBack(
  backend: QueueBackend,
  job: Job<unknown, unknown, string>,
  token: string | undefined,
  atOnce: boolean,
): Promise<never> {
  try {
    await job.moveToDelayed(Date.now() + (atOnce ? 0 : givenBackForMs), token);
  } catch (error) {
    backend.report("worker orders", error);
  }
  throw new DelayedError();
}

/** A dispatch job is a nudge: if `handle` rejects, the job fails and the sweep finds what is due. */
export function startDispatchWorker(
  options: Common & { handle(payload: DispatchPayload): Promise<void> },
): WorkerHandle {
  const { backend, handle, lock, concurrency = 4 } = options;
  const process = async (job: Job<unknown, unknown, string>): Promise<void> => {
    const payload = dispatchPayload.safeParse(job.data);
    if (!payload.success) throw new UnrecoverableError("not a dispatch payload");
    await reporting(backend, "worker dispatch", handle(payload.data));
  };
  const kept = { removeOnComplete: { count: 0 }, removeOnFail: keptFailed };
  return runWorker(backend, "dispatch", process, { concurrency, ...kept }, new AbortController(), lock);
}

/** Chores run one at a time per process; one that rejects runs again at its next tick. */
export function startUpkeepWorker(options: Common & { handle(chore: Chore): Promise<void> }): WorkerHandle {
  const { backend, handle, lock, concurrency = 1 } = options;
  const process = async (job: Job<unknown, unknown, string>): Promise<void> => {
    const name = chore.safeParse(job.name);
    if (!name.success) throw new UnrecoverableError(`no such chore: ${job.name.slice(0, 100)}`);
    await reporting(backend, `chore ${name.data}`, handle(name.data));
  };
  const kept = { removeOnComplete: { count: 0 }, removeOnFail: keptFailed };
  return runWorker(backend, "upkeep", process, { concurrency, ...kept }, new AbortController(), lock);
}

async function reporting(backend: QueueBackend, source: string, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    backend.report(source, error);
    throw new Error(messageOf(error), { cause: error });
  }
}
