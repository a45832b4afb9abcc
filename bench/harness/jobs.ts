/** Adds jobs of one event each to the queue `orders`, in bulk, as a shop's system would. */
import type { QueueBackend } from "../../src/queue/connection.ts";
import type { BenchEvent } from "./orders.ts";

const CHUNK = 1_000;

export async function addAll(backend: QueueBackend, events: readonly BenchEvent[]): Promise<void> {
  const queue = await backend.queue("orders");
  for (let at = 0; at < events.length; at += CHUNK)
    await queue.addBulk(events.slice(at, at + CHUNK).map((data) => ({ name: "event", data })));
}
