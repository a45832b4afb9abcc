/** The workers of the three queues. */
import { DelayedError, type Job, UnrecoverableError } from "bullmq";
import type { QueueBackend } from "./connection.ts";
import { type Chore, chore, chores, type DispatchPayload, dispatchPayload, eventsIn, InvalidJobError } from "./jobs.ts";
import type { LockTiming } from "./link.ts";
import { messageOf, pause } from "./waiting.ts";
import { runWorker, type WorkerHandle } from "./worker-loop.ts";

type Common = {
  readonly backend: QueueBackend;
  readonly concurrency?: number;
  /** For tests; default: the times of the backend. */
  readonly lock?: LockTiming;
};

type QueueJob = Job<unknown, unknown, string>;

export type OrdersWorkerOptions = Common & {
  /**
   * Resolves when everything in `data` is durable. Rejects with InvalidJobError if some of it can never be processed. Any other rejection counts
   * as an outage, and the job is tried again without end. Many calls are in flight at once; intake batches them.
   */
  submit(data: unknown): Promise<void>;
  /** How long a job waits for an outage to end before it goes back to the queue. */
  holdMs?: number;
};

/** Jobs with a single event need many slots: a batch of intake holds at most as many jobs as there are slots. */
const ORDERS_CONCURRENCY = 1_000;
/** Events in hand are in memory, and a job may hold a thousand: beyond this number fewer jobs are taken at a time. */
const MAX_EVENTS_IN_HAND = 4_000;
/** BullMQ fills its slots before the size of any job is known: the number of slots until then. */
const FIRST_SLOTS = 16;
const HOLD_MS = 30_000;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5_000;
const GIVE_BACK_DELAY_MS = 15_000;

const KEPT_INVALID = { count: 10_000, age: 7 * 86_400 };
const KEPT_FAILED = { count: 1_000, age: 86_400 };

/**
 * The public intake. A job leaves the queue in two ways only: `submit` resolved, or its data is invalid and it is kept among the failed
 * jobs, with InvalidJobError's `kept` in place of the data. During an outage jobs wait in their slots, so that the backlog stays untouched in the queue. After `holdMs` they go back as
 * delayed jobs, which uses up no attempt: producers add jobs with `attempts: 1`.
 */
export function startOrdersWorker(options: OrdersWorkerOptions): WorkerHandle {
  const { backend, submit, lock, concurrency = ORDERS_CONCURRENCY, holdMs = HOLD_MS } = options;
  const stop = new AbortController();
  let jobsInHand = 0;
  let eventsInHand = 0;
  const hold = (jobs: number, events: number): void => {
    jobsInHand += jobs;
    eventsInHand += events;
    // As many jobs as fit if the next ones are as big as those in hand.
    const fit = Math.floor((jobsInHand * MAX_EVENTS_IN_HAND) / Math.max(1, eventsInHand));
    if (jobsInHand > 0) worker.setConcurrency(Math.min(concurrency, Math.max(1, fit)));
  };

  const process = async (job: QueueJob, token?: string): Promise<void> => {
    const size = eventsIn(job.data);
    hold(1, size);
    try {
      await takeIn(job, token);
    } finally {
      hold(-1, -size);
    }
  };

  const takeIn = async (job: QueueJob, token?: string): Promise<void> => {
    // A producer's options would win over the worker's: completed jobs might be kept for ever, and invalid ones lost.
    job.opts.removeOnComplete = true;
    job.opts.removeOnFail = KEPT_INVALID;
    const giveUpAt = performance.now() + holdMs;
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, MAX_RETRY_MS)) {
      try {
        await submit(job.data);
        return;
      } catch (error) {
        if (!(error instanceof InvalidJobError)) backend.report("worker orders", error);
        else if (await replaceData(job, error.kept)) throw new UnrecoverableError(error.message);
      }
      if (stop.signal.aborted || performance.now() >= giveUpAt)
        return giveBack(backend, job, token, stop.signal.aborted);
      await pause(retryMs, stop.signal);
    }
  };

  /** false: the queue is away. */
  const replaceData = async (job: QueueJob, kept: object): Promise<boolean> => {
    try {
      await job.updateData(kept);
      return true;
    } catch (error) {
      backend.report("worker orders", error);
      return false;
    }
  };

  const slots = Math.min(concurrency, FIRST_SLOTS);
  const kept = { removeOnComplete: { count: 0 }, removeOnFail: KEPT_INVALID };
  const worker = runWorker(backend, "orders", process, { concurrency: slots, ...kept }, stop, lock);
  return worker;
}

/** Never fails the job. If the queue is away too, the job's lock expires and the stalled check puts it back to waiting. */
async function giveBack(
  backend: QueueBackend,
  job: QueueJob,
  token: string | undefined,
  withoutDelay: boolean,
): Promise<never> {
  try {
    await job.moveToDelayed(Date.now() + (withoutDelay ? 0 : GIVE_BACK_DELAY_MS), token);
  } catch (error) {
    backend.report("worker orders", error);
  }
  throw new DelayedError();
}

/** A dispatch job is a nudge: if `handle` rejects, the job fails and the sweep finds the due buyers. */
export function startDispatchWorker(
  options: Common & { handle(payload: DispatchPayload): Promise<void> },
): WorkerHandle {
  const { backend, handle, lock, concurrency = 4 } = options;
  const process = async (job: QueueJob): Promise<void> => {
    const payload = dispatchPayload.safeParse(job.data);
    if (!payload.success) throw new UnrecoverableError("not a dispatch payload");
    await reporting(backend, "worker dispatch", handle(payload.data));
  };
  const kept = { removeOnComplete: { count: 0 }, removeOnFail: KEPT_FAILED };
  return runWorker(backend, "dispatch", process, { concurrency, ...kept }, new AbortController(), lock);
}

/** Runs chores beside each other: the due scan does not wait for a purge. A chore that fails runs again at its next interval. */
export function startUpkeepWorker(options: Common & { handle(chore: Chore): Promise<void> }): WorkerHandle {
  const { backend, handle, lock, concurrency = chores.length } = options;
  const process = async (job: QueueJob): Promise<void> => {
    const name = chore.safeParse(job.name);
    if (!name.success) throw new UnrecoverableError(`no such chore: ${job.name.slice(0, 100)}`);
    await reporting(backend, `chore ${name.data}`, handle(name.data));
  };
  const kept = { removeOnComplete: { count: 0 }, removeOnFail: KEPT_FAILED };
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
