/** Buckets over a few threads: each takes the next one as it is free. */
import { Worker } from "node:worker_threads";
import type { ShopPolicy } from "../core/policy.ts";
import { type BucketDone, bucketRunner } from "./bucket-runner.ts";
import type { RehearsalEnv } from "./types.ts";
import type { WorkerData } from "./worker.ts";

/** Rows die young: room for them saves a sixth of the time, and two threads with their reader still fit into a gigabyte. */
const LIMITS = { maxYoungGenerationSizeMb: 64, maxOldGenerationSizeMb: 1_024 };

export async function runBuckets(input: {
  readonly env: RehearsalEnv;
  readonly shops: ReadonlyMap<string, ShopPolicy | null>;
  readonly paths: readonly string[];
  readonly threads: number;
  readonly done: (result: BucketDone) => void;
}): Promise<void> {
  const { env, shops, paths, threads, done } = input;
  // Node cannot load TypeScript into a thread: from sources it is done in this one.
  if (threads < 2 || import.meta.url.endsWith(".ts")) {
    const run = bucketRunner(env, (id) => shops.get(id) ?? null);
    for (const path of paths) done(run(path));
    return;
  }
  const queue = [...paths];
  await Promise.all(Array.from({ length: threads }, () => runThread({ env, shops }, queue, done)));
}

function runThread(workerData: WorkerData, queue: string[], done: (result: BucketDone) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData, resourceLimits: LIMITS });
    const next = (): void => {
      const path = queue.shift();
      if (path === undefined) void worker.terminate();
      else worker.postMessage(path);
    };
    worker.on("message", (result: BucketDone) => {
      done(result);
      next();
    });
    worker.on("error", reject);
    worker.on("exit", () => resolve());
    next();
  });
}
