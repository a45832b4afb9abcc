/** Floor Q: BullMQ's add + process of as many jobs with the same payload, on the same backend with Dunlin's own worker, doing nothing. */
import { openQueueBackend, type QueueBackend } from "../../src/queue/connection.ts";
import { startOrdersWorker } from "../../src/queue/worker.ts";
import { serve } from "../harness/child.ts";
import { addAll } from "../harness/jobs.ts";
import type { BenchEvent } from "../harness/orders.ts";

let backend: QueueBackend | null = null;
let done = 0;
let onDone = () => {};

serve({
  async open(input) {
    const { queueUrl } = input as { queueUrl: string };
    backend = openQueueBackend(queueUrl, {
      prefix: "noop",
      log: { info() {}, warn: console.error, error: console.error },
    });
    const worker = startOrdersWorker({
      backend,
      submit: async () => {
        done++;
        onDone();
      },
    });
    await worker.started;
  },
  async takeIn(input) {
    const { events } = input as { events: BenchEvent[] };
    if (backend === null) throw new Error("not opened");
    done = 0;
    const all = new Promise<void>((resolve) => {
      onDone = () => done === events.length && resolve();
    });
    const begun = performance.now();
    await addAll(backend, events);
    await all;
    return performance.now() - begun;
  },
});
