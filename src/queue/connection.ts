/**
 * The queue wakes workers and carries order events, over BullMQ's Redis or PostgreSQL store. PostgreSQL holds the truth; the queue is an
 * alarm clock in front of it.
 *
 * Invariants
 * - Losing the queue loses nothing. Jobs of `dispatch` and `upkeep` only say when to look. A job of `orders` is removed after `submit`
 *   resolved, and no outage or crash uses up its attempts.
 * - No call waits without a limit, and no error event goes unhandled. During an outage each kind of message is logged at most twice a
 *   minute.
 * - Nothing here resumes a queue. A queue that an operator paused stays paused through restarts.
 *
 * On failure: a producer gets `{ ok: false, reason }`. Workers try to reach the store until they are closed. The sweeps of PostgreSQL
 * (dispatch/sweep.ts) meanwhile send what is due.
 */
import { type IQueueBackend, type Processor, Queue, Worker, type WorkerOptions } from "bullmq";
import { withDeadline } from "../deadline.ts";
import { type QueueLog, type ReportError, rateLimitedErrors } from "./error-log.ts";
import { ALWAYS_OPEN, type Gate } from "./gate.ts";
import type { QueueName } from "./jobs.ts";
import type { QueueCheck, StoreLink } from "./link.ts";
import { openPostgresLink } from "./postgres-link.ts";
import { openRedisLink } from "./redis-link.ts";
import { endsWithin, messageOf } from "./waiting.ts";

export type BullQueue = Queue<unknown, unknown, string, unknown, unknown, string, IQueueBackend, string>;
export type BullWorker = Worker<unknown, unknown, string, IQueueBackend, object, string>;
export type BullProcessor = Processor<unknown, unknown, string, object>;

export type CheckOptions = {
  readonly limitMs?: number;
  /** Also tests LISTEN/NOTIFY on PostgreSQL, over two short connections. */
  readonly deep?: boolean;
};

export type QueueBackend = {
  readonly kind: "redis" | "postgres";
  /** Redis key prefix, or PostgreSQL schema. */
  readonly namespace: string;
  readonly lock: StoreLink["lock"];
  readonly report: ReportError;
  readonly log: QueueLog;
  /** One per name and backend. Rejects at once while the store is known to be down. */
  queue(name: QueueName): Promise<BullQueue>;
  /** A worker that does not run yet. The caller awaits `waitUntilReady()`, then calls `run()`. */
  worker(name: QueueName, process: BullProcessor, options: Omit<WorkerOptions, "connection">): BullWorker;
  /** Updates BullMQ's own PostgreSQL schema; safe to run from many processes at once. Does nothing on Redis. */
  migrate(): Promise<void>;
  readonly schema: StoreLink["schema"];
  readonly findStranded: StoreLink["findStranded"];
  /** Workers take work while it is open. */
  readonly gate: Gate;
  /** Never rejects. */
  check(options?: CheckOptions): Promise<QueueCheck>;
  /** Close workers first. Idempotent, bounded. */
  close(): Promise<void>;
};

export type QueueOptions = {
  readonly prefix?: string;
  readonly log: QueueLog;
  /** A pooler in session mode stands before the PostgreSQL of the queue. */
  readonly throughPooler?: boolean;
  /** Default: always open. */
  readonly gate?: Gate;
};

/** Events only help with debugging; a short stream keeps both stores small. */
const KEPT_EVENTS = 1_000;
const CLOSE_LIMIT_MS = 2_000;

/**
 * `queueUrl`: redis://, rediss://, redis+cluster://h1:p1,h2:p2, postgres://. Does not wait for the store.
 * `prefix` isolates tests. Without it the queues are the public ones: `bull`, in a cluster `{bull}`, and schema `bullmq` on PostgreSQL.
 */
export function openQueueBackend(queueUrl: string, options: QueueOptions): QueueBackend {
  let closing: Promise<void> | undefined;
  const logged = rateLimitedErrors(options.log);
  // A client that is closed while it connects fails: that is no error of the queue.
  const report: ReportError = (source, error) => {
    if (closing === undefined) logged(source, error);
  };
  const link = openLink(queueUrl, options, report);
  const queues = new Map<QueueName, BullQueue>();

  const closeAll = async (): Promise<void> => {
    await Promise.all([...queues.values()].map((queue) => endsWithin(CLOSE_LIMIT_MS, queue.close())));
    await endsWithin(CLOSE_LIMIT_MS, link.close());
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
        { connection: link.kind, prefix: link.namespace, streams: { events: { maxLen: KEPT_EVENTS } } },
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
    schema: () => link.schema(),
    findStranded: (now) => link.findStranded(now),
    gate: options.gate ?? ALWAYS_OPEN,
    async check({ limitMs = 3_000, deep = false } = {}) {
      const started = performance.now();
      const latencyMs = () => Math.round(performance.now() - started);
      try {
        const found = await withDeadline(limitMs, "the queue", link.check(deep));
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

function openLink(queueUrl: string, { prefix, throughPooler }: QueueOptions, report: ReportError): StoreLink {
  if (/^postgres(ql)?:\/\//.test(queueUrl)) return openPostgresLink(queueUrl, prefix, report, throughPooler);
  if (/^rediss?(\+cluster)?:\/\//.test(queueUrl)) return openRedisLink(queueUrl, prefix, report);
  throw new Error("QUEUE_URL must be redis://, rediss://, redis+cluster:// or postgres://");
}
