/** Nothing in this folder waits for a queue store without a limit. */
import { setTimeout as sleep } from "node:timers/promises";
import { withDeadline } from "../deadline.ts";

/** Whether `work` ended, well or badly, within `limitMs`. Never rejects. */
export async function endsWithin(limitMs: number, work: Promise<unknown>): Promise<boolean> {
  const ended = work.then(
    () => true,
    () => true,
  );
  return withDeadline(limitMs, "the queue", ended).catch(() => false);
}

/** Sleeps, but wakes at once when `signal` aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}

/** An AggregateError often has no message of its own. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}
