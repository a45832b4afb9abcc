/** A thread that runs the buckets it receives, one after the other. */
import { parentPort, workerData } from "node:worker_threads";
import { type BucketDone, bucketRunner } from "./bucket-runner.ts";
import type { Figures, ReplayEnv } from "./types.ts";

/** It receives the path of a bucket and runs it, or null and answers with the figures of all its buckets. */
export type WorkerReply = { readonly done: BucketDone } | { readonly figures: Figures };

const runner = bucketRunner(workerData as ReplayEnv);
parentPort?.on("message", (path: string | null) => {
  const reply: WorkerReply = path === null ? { figures: runner.figures } : { done: runner.run(path) };
  parentPort?.postMessage(reply);
});
