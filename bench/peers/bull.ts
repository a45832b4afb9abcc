/** BullMQ as its documentation shows it, on either backend. */
import { createPostgresBackend, type JobsOptions, Queue, Worker, withBackend } from "bullmq";

export type PeerQueue<T> = {
  addBulk(jobs: { name: string; data: T; opts?: JobsOptions }[]): Promise<unknown>;
  remove(jobId: string): Promise<unknown>;
  /** Empties the queue. */
  obliterate(options: { force: boolean }): Promise<unknown>;
  close(): Promise<unknown>;
};
export type PeerWorker = { close(): Promise<unknown> };

export type Bull = {
  queue<T>(name: string): PeerQueue<T>;
  worker<T>(name: string, concurrency: number, work: (data: T) => Promise<void>): PeerWorker;
};

/** Jobs are removed when done, as Dunlin's are. On PostgreSQL the queue's connections do not wait for the disk, as Dunlin's do not. */
export function openBull(queueUrl: string): Bull {
  const kept = { removeOnComplete: { count: 0 }, removeOnFail: { count: 1_000 } };
  const failed = (name: string) => (error: unknown) => console.error(`peer ${name}:`, error);
  if (queueUrl.startsWith("redis")) {
    const connection = { url: queueUrl, maxRetriesPerRequest: null };
    return {
      queue: <T>(name: string) =>
        new Queue<T, unknown, string, T, unknown, string>(name, { connection, prefix: "peer" }),
      worker: (name, concurrency, work) => {
        const worker = new Worker(name, (job) => work(job.data), { connection, prefix: "peer", concurrency, ...kept });
        worker.on("error", failed(name)).on("failed", (_job, error) => failed(name)(error));
        return worker;
      },
    };
  }
  const postgres = withBackend(createPostgresBackend);
  const connection = { connectionString: queueUrl, schema: "peer", max: 10, options: "-c synchronous_commit=off" };
  return {
    queue: <T>(name: string) => new postgres.Queue<T>(name, { connection }) as unknown as PeerQueue<T>,
    worker: (name, concurrency, work) => {
      const worker = new postgres.Worker(name, (job) => work(job.data), { connection, concurrency, ...kept });
      worker.on("error", failed(name)).on("failed", (_job, error) => failed(name)(error));
      return worker;
    },
  };
}
