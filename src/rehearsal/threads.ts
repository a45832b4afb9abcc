/** Runs buckets on a few threads: a free thread takes the next bucket. */
import { Worker } from "node:worker_threads";
import { type BucketDone, bucketRunner } from "./bucket-runner.ts";
import { addFigures, emptyFigures } from "./result/figures.ts";
import type { Figures, ReplayEnv } from "./types.ts";
import type { WorkerReply } from "./worker.ts";

/** Rows are short-lived: a large young generation saves a sixth of the time, and two threads with their reader still fit into a gigabyte. */
const LIMITS = { maxYoungGenerationSizeMb: 64, maxOldGenerationSizeMb: 1_024 };

type Input = {
  readonly env: ReplayEnv;
  readonly paths: readonly string[];
  readonly threads: number;
  /** Called for each finished bucket, in any order. */
  readonly done: (result: BucketDone) => void;
};

/** The figures of all buckets. */
export async function runBuckets({ env, paths, threads, done }: Input): Promise<Figures> {
  // Node cannot load TypeScript into a thread: from sources it runs in this thread.
  if (threads < 2 || import.meta.url.endsWith(".ts")) {
    const runner = bucketRunner(env);
    for (const path of paths) done(runner.run(path));
    return runner.figures;
  }
  const queue = [...paths];
  const figures = emptyFigures();
  const parts = await Promise.all(Array.from({ length: threads }, () => runThread(env, queue, done)));
  for (const part of parts) addFigures(figures, part);
  return figures;
}

function runThread(workerData: ReplayEnv, queue: string[], done: (result: BucketDone) => void): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData, resourceLimits: LIMITS });
    const next = (): void => worker.postMessage(queue.shift() ?? null);
    worker.on("message", (reply: WorkerReply) => {
      if ("figures" in reply) {
        resolve(reply.figures);
        void worker.terminate();
        return;
      }
      done(reply.done);
      next();
    });
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new Error(`a thread of the rehearsal ended with code ${code}`)));
    next();
  });
}
