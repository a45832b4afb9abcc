/**
 * The queues and their payloads. Handlers are elsewhere: importing them here would make circles.
 *
 * - `orders`: the public intake. A job holds one order event or an array, best of up to 1,000. Anybody may write here, so the data is `unknown`
 *   until intake has validated it.
 * - `dispatch`: nudges. Each stands for one batch of due buyers and carries nothing, so a lost, late or repeated nudge changes nothing.
 * - `upkeep`: chores at an interval, one job scheduler each.
 */
import { z } from "zod";

export const queueNames = ["orders", "dispatch", "upkeep"] as const;
export type QueueName = (typeof queueNames)[number];

/** Events of a job that intake has in hand at a time: a longer job is taken in by slices. */
export const EVENTS_A_SLICE = 1_000;

/** How many events a job of `orders` holds. One that was refused before holds some of them sealed: at most one for each refusal. */
export function eventsIn(data: unknown): number {
  const listed: unknown = Array.isArray(data) ? data : Reflect.get(Object(data), "refused");
  return Array.isArray(listed) ? Math.max(1, listed.length) : 1;
}

export const dispatchPayload = z.strictObject({});
export type DispatchPayload = z.infer<typeof dispatchPayload>;

export const chores = ["due-scan", "rescue", "purge"] as const;
export const chore = z.enum(chores);
export type Chore = (typeof chores)[number];

/**
 * The data of the job can never be processed. The job is not retried. It is kept among the failed jobs, with `kept` in place of its data, so
 * that no queue shows a person: what it holds of one is sealed.
 */
export class InvalidJobError extends Error {
  override readonly name = "InvalidJobError";
  readonly kept: object;
  constructor(message: string, kept: object) {
    super(message);
    this.kept = kept;
  }
}
