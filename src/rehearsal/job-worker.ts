/** A thread that runs one rehearsal of the API. */
import { parentPort, workerData } from "node:worker_threads";
import { type Job, runJob } from "./job.ts";

parentPort?.postMessage(await runJob(workerData as Job));
