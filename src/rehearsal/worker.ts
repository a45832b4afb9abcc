/** A thread that lives through buckets, one after the other, as it is told. */
import { parentPort, workerData } from "node:worker_threads";
import type { ShopPolicy } from "../core/policy.ts";
import { bucketRunner } from "./bucket-runner.ts";
import type { RehearsalEnv } from "./types.ts";

export type WorkerData = { readonly env: RehearsalEnv; readonly shops: ReadonlyMap<string, ShopPolicy | null> };

const { env, shops } = workerData as WorkerData;
const run = bucketRunner(env, (id) => shops.get(id) ?? null);
parentPort?.on("message", (path: string) => parentPort?.postMessage(run(path)));
