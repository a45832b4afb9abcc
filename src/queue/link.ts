/** The seam between the queue and its store: Redis or PostgreSQL. */
import type { BackendFactory, IQueueBackend } from "bullmq";
import type { QueueName } from "./jobs.ts";

export type StrandedJob = { readonly queue: QueueName; readonly id: string };

/** Dunlin itself delays no job for longer than 15 s, and a worker may be 15 s ahead. */
export const FAR_AHEAD_MS = 60_000;
/** How many jobs one look takes. */
export const JOBS_PER_LOOK = 1_000;

/** A factory holds its own connection; the `connection` that BullMQ passes to it is not used. */
export type Factory = BackendFactory<IQueueBackend, string>;

export type QueueCheck = {
  readonly ok: boolean;
  readonly kind: "redis" | "postgres";
  readonly version: string | null;
  readonly latencyMs: number;
  /** Why `ok` is false, and what an operator can do. */
  readonly faults: readonly string[];
  /** It works, but the setting should be changed. */
  readonly advice: readonly string[];
};

export type LockTiming = {
  /** How long the lock of an active job holds unless it is renewed. */
  readonly durationMs: number;
  readonly renewMs: number;
  /** How often jobs with an expired lock are looked for. */
  readonly stalledCheckMs: number;
};

/** The differences between the stores. All other code of the queue is the same for both. */
export type StoreLink = {
  readonly kind: "redis" | "postgres";
  /** Redis key prefix, or PostgreSQL schema. */
  readonly namespace: string;
  readonly lock: LockTiming;
  /** Resolves when the store is reachable. Rejects at once while it is known to be down. */
  producer(): Promise<Factory>;
  /** A factory for one worker, with its own blocking connection. */
  worker(queue: QueueName): Factory;
  migrate(): Promise<void>;
  /** How the store's schema is to this version of BullMQ: it only reads. null: it has none. */
  schema(): Promise<"at" | "behind" | "ahead" | null>;
  /**
   * Jobs that are delayed far beyond `now` (epoch ms), up to 1,000 at a look. Locks that hold that far are ended, and their jobs wait again:
   * `locks` is how many.
   */
  findStranded(now: number): Promise<{ readonly locks: number; readonly delayed: readonly StrandedJob[] }>;
  check(deep: boolean): Promise<Omit<QueueCheck, "ok" | "kind" | "latencyMs">>;
  close(): Promise<void>;
};
