import { z } from "zod";

/**
 * What travels on the queues: names and payloads only, no handlers (import cycles start there).
 *
 * - `orders`: the public intake (docs/http.md). Data is one order event or an array of up to 1,000; anybody may write
 *   here, so it stays `unknown` until intake has validated it.
 * - `dispatch`: nudges, each worth one batch of what is due. They carry nothing, so a lost, late or repeated job changes
 *   nothing, and two of them never mean the same rows.
 * - `upkeep`: clocks. One job scheduler per chore.
 */
export const queueNames = ["orders", "dispatch", "upkeep"] as const;
export type QueueName = (typeof queueNames)[number];

export const maxEventsPerJob = 1_000;
/** What is due is read from PostgreSQL under the locks that decide it; the nudge only says that there is something. */
export const dispatchPayload = z.strictObject({});
export type DispatchPayload = z.infer<typeof dispatchPayload>;

export const chores = ["due-scan", "rescue", "purge"] as const;
export const chore = z.enum(chores);
export type Chore = (typeof chores)[number];

/** The data of a job can never be processed: it is not retried, and kept among the failed for a human to look at. */
export class InvalidJobError extends Error {
  override readonly name = "InvalidJobError";
}
