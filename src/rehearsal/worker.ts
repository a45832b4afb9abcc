/** A thread that lives through buckets, one after the other, as it is told. */
import { parentPort, workerData } from "node:worker_threads";
import { type BucketDone, bucketRunner } from "./bucket-runner.ts";
import type { Figures, RehearsalEnv } from "./types.ts";

/** Told the path of a bucket it runs it; told null it gives the figures of all that it ran. */
export type WorkerReply = { readonly done: BucketDone } | { readonly figures: Figures };

const runner = bucketRunner(workerData as RehearsalEnv);
parentPort?.on("message", (path: string | null) => {
  const reply: WorkerReply = path === null ? { figures: runner.figures } : { done: runner.run(path) };
  parentPort?.postMessage(reply);
});
