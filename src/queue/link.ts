import type { BackendFactory, IQueueBackend } from "bullmq";
import type { QueueName } from "./jobs.ts";

/** The factories below close over their connection; BullMQ only insists that some `connection` is named. */
export type Factory = BackendFactory<IQueueBackend, string>;

export type QueueCheck = {
  readonly ok: boolean;
  readonly kind: "redis" | "postgres";
  readonly version: string | null;
  readonly latencyMs: number;
  /** Why `ok` is false, in words for an operator. */
  readonly faults: readonly string[];
  /** Works, but should be changed. */
  readonly advice: readonly string[];
};

/** What differs between the stores; everything above this type is one code path. */
export type StoreLink = {
  readonly kind: "redis" | "postgres";
  /** Redis key prefix, or PostgreSQL schema. */
  readonly namespace: string;
  /** Lock of a job being worked on, and how often lost ones are looked for, in ms. */
  readonly lock: { durationMs: number; renewMs: number; stalledCheckMs: number };
  /** Resolves once calls make sense; rejects at once while the store is known to be down. */
  producer(): Promise<Factory>;
  /** For one worker, with its own blocking connection. */
  worker(queue: QueueName): Factory;
  migrate(): Promise<void>;
  check(deep: boolean): Promise<Omit<QueueCheck, "ok" | "kind" | "latencyMs">>;
  close(): Promise<void>;
};
