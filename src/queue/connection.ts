/**
 * The queue: an alarm clock in front of PostgreSQL, over BullMQ's Redis or PostgreSQL store.
 *
 * Invariants
 * - Nothing is lost with the queue: its jobs are nudges (`dispatch`, `upkeep`) or stay where they are until folded
 *   (`orders`: a job is removed only after `submit` resolved, and no outage or crash uses up its attempts).
 * - No call waits without a limit, no error event goes unhandled, and an outage logs each kind of message twice a
 *   minute at most.
 * - Nothing here resumes a queue: what an operator paused stays paused through restarts.
 *
 * On failure: producers get `{ ok: false, reason }`; workers keep trying to reach the store until closed; sweeps of
 * PostgreSQL (elsewhere) send what is overdue meanwhile.
 */
import { type IQueueBackend, type Processor, Queue, Worker, type WorkerOptions } from "bullmq";
import { endsWithin, messageOf, withDeadline } from "./deadline.ts";
import { type QueueLog, type ReportError, rateLimitedErrors } from "./error-log.ts";
import type { QueueName } from "./jobs.ts";
import type { QueueCheck, StoreLink } from "./link.ts";
import { openPostgresLink } from "./postgres-link.ts";
import { openRedisLink } from "./redis-link.ts";

export type BullQueue = Queue<unknown, unknown, string, unknown, unknown, string, IQueueBackend, string>;
export type BullWorker = Worker<unknown, unknown, string, IQueueBackend, object, string>;
export type BullProcessor = Processor<unknown, unknown, string, object>;

export type QueueBackend = {
  readonly kind: "redis" | "postgres";
  /** Redis key prefix, or PostgreSQL schema. */
  readonly namespace: string;
  readonly lock: StoreLink["lock"];
  readonly report: ReportError;
  readonly log: QueueLog;
  /** One per name and backend. Rejects at once while the store is known to be down. */
  queue(name: QueueName): Promise<BullQueue>;
  /** A worker that does not run yet: the caller awaits `waitUntilReady()`, then `run()`s it. */
  worker(name: QueueName, process: BullProcessor, options: Omit<WorkerOptions, "connection">): BullWorker;
  /** BullMQ's own PostgreSQL schema; safe to run from many processes at once; nothing to do on Redis. */
  migrate(): Promise<void>;
  /** `deep` also tests LISTEN/NOTIFY on PostgreSQL (two short connections). Never rejects. */
  check(options?: { limitMs?: number; deep?: boolean }): Promise<QueueCheck>;
  /** Close workers first. Idempotent, bounded. */
  close(): Promise<void>;
};

/** Events are a debugging aid here; a short stream keeps both stores small. */
const keptEvents = 1_000;
const closeLimitMs = 2_000;

/**
 * `queueUrl`: redis://, rediss://, redis+cluster://h1:p1,h2:p2, postgres://. Does not wait for the store.
 * `prefix` isolates tests; without it the queues are the public ones (`bull`, in a cluster `{bull}`; schema `bullmq`).
 */
export function openQueueBackend(queueUrl: string, options: { prefix?: string; log: QueueLog }): QueueBackend {
  const report = rateLimitedErrors(options.log);
  const link = openLink(queueUrl, options.prefix, report);
  const queues = new Map<QueueName, BullQueue>();
  let closing: Promise<void> | undefined;

  const closeAll = async (): Promise<void> => {
    await Promise.all([...queues.values()].map((queue) => endsWithin(closeLimitMs, queue.close())));
    await endsWithin(closeLimitMs, link.close());
  };

  return {
    kind: link.kind,
    namespace: link.namespace,
    lock: link.lock,
    report,
    log: options.log,
    async queue(name) {
      const factory = await link.producer();
      if (closing) throw new Error("the queue is closed");
      const known = queues.get(name);
      if (known) return known;
      const queue: BullQueue = new Queue(
        name,
        { connection: link.kind, prefix: link.namespace, streams: { events: { maxLen: keptEvents } } },
        factory,
      );
      queue.on("error", (error) => report(`queue ${name}`, error));
      queues.set(name, queue);
      return queue;
    },
    worker(name, process, workerOptions) {
      const worker: BullWorker = new Worker(
        name,
        process,
        { ...workerOptions, connection: link.kind, prefix: link.namespace, autorun: false },
        link.worker(name),
      );
      worker.on("error", (error) => report(`worker ${name}`, error));
      return worker;
    },
    migrate: () => link.migrate(),
    async check({ limitMs = 3_000, deep = false } = {}) {
      const started = performance.now();
      const latencyMs = () => Math.round(performance.now() - started);
      try {
        const found = await withDeadline(limitMs, link.check(deep));
        return { ok: found.faults.length === 0, kind: link.kind, latencyMs: latencyMs(), ...found };
      } catch (error) {
        const faults = [messageOf(error)];
        return { ok: false, kind: link.kind, version: null, latencyMs: latencyMs(), faults, advice: [] };
      }
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

function openLink(queueUrl: string, prefix: string | undefined, report: ReportError): StoreLink {
  if (/^postgres(ql)?:\/\//.test(queueUrl)) return openPostgresLink(queueUrl, prefix, report);
  if (/^rediss?(\+cluster)?:\/\//.test(queueUrl)) return openRedisLink(queueUrl, prefix, report);
  throw new Error("QUEUE_URL must be redis://, rediss://, redis+cluster:// or postgres://");
}
