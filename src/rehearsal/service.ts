/**
 * Runs rehearsals inside a live service: one at a time, each in a thread of its own with a bounded heap, to protect the event loop and the
 * memory of the process. Nothing is stored: body and answer are in a directory that is removed with the slot.
 */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { ChannelTerms } from "../core/seams/channel.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import type { Period } from "../core/values/when.ts";
import { makeWorkDir, sweepWorkDirs, type WorkDir } from "./file/work-dir.ts";
import { type Job, type JobResult, runJob } from "./job.ts";
import { plainChannels } from "./prepare.ts";
import { shopTable } from "./shops.ts";

const LIMITS = { maxYoungGenerationSizeMb: 64, maxOldGenerationSizeMb: 768 };

export type RehearsalsInput = {
  readonly config: {
    readonly shopIds: readonly string[];
    shop(id: string): ShopPolicy | null;
    readonly channels: readonly ChannelTerms[];
  };
  /** The campaigns that the service runs now, text by path. */
  readonly files: () => ReadonlyMap<string, string>;
  /** Epoch ms, by which `today` is known. */
  readonly now: () => number;
  /** Writes stored orders to a file; the message of the fault: there are none. */
  readonly writeStored: (asked: StoredAsked, file: string) => Promise<string | null>;
};

export type StoredAsked = { readonly period: Period; readonly shop: string | null };

type AskedOfSlot = Pick<Job, "type" | "tableShop" | "from" | "changes"> & { readonly stored: StoredAsked | null };

export type Slot = {
  /** The file for the body. */
  readonly body: string;
  /** Rejects with the signal's reason when that is aborted. */
  run(asked: AskedOfSlot, signal: AbortSignal): Promise<JobResult>;
  /** Removes body, answer and all files of the rehearsal. Idempotent. */
  end(): Promise<void>;
};

export type Rehearsals = {
  /** null: another one is running. */
  begin(): Promise<Slot | null>;
};

export function createRehearsals({ config, files, now, writeStored }: RehearsalsInput): Rehearsals {
  sweepWorkDirs();
  let holder: object | null = null;
  return {
    async begin() {
      if (holder !== null) return null;
      const own = {};
      holder = own;
      const letGo = (): void => {
        if (holder === own) holder = null;
      };
      let work: WorkDir;
      try {
        work = makeWorkDir();
      } catch (error) {
        letGo();
        throw error;
      }
      const dir = work.path;
      const body = join(dir, "body");
      return {
        body,
        // The next rehearsal may begin before this answer is read.
        run: async ({ stored, ...asked }, signal) => {
          try {
            const storedFile = stored === null ? null : join(dir, "stored.ndjson");
            const fault = stored === null || storedFile === null ? null : await writeStored(stored, storedFile);
            if (fault !== null) return { ok: false, code: "no_events", message: fault, errors: [] };
            const job = {
              ...asked,
              dir,
              body,
              storedFile,
              stored: stored?.period ?? null,
              now: now(),
              channels: plainChannels(config.channels),
              shops: shopTable(config),
              files: files(),
            };
            return await runInThread(job, signal);
          } finally {
            letGo();
          }
        },
        async end() {
          letGo();
          await work.end();
        },
      };
    },
  };
}

async function runInThread(job: Job, signal: AbortSignal): Promise<JobResult> {
  signal.throwIfAborted();
  // Node cannot load TypeScript into a thread: from sources it runs in this thread.
  if (import.meta.url.endsWith(".ts")) return runJob(job);
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./job-worker.js", import.meta.url), { workerData: job, resourceLimits: LIMITS });
    const abort = (): void => void worker.terminate();
    signal.addEventListener("abort", abort, { once: true });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => {
      signal.removeEventListener("abort", abort);
      reject(signal.aborted ? signal.reason : new Error(`the thread of the rehearsal ended with code ${code}`));
    });
  });
}
