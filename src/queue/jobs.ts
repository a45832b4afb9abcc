import { z } from "zod";

/**
 * What travels on the queues: names and payloads only, no handlers (import cycles start there).
 *
 * - `orders`: the public intake (contract.md). Data is one order event or an array of up to 1,000; anybody may write
 *   here, so it stays `unknown` until intake has validated it.
 * - `dispatch`: nudges that these buyers have something due. Ids only: what is due is read from PostgreSQL, so a lost,
 *   late or repeated job changes nothing.
 * - `upkeep`: clocks. One job scheduler per chore.
 */
export const queueNames = ["orders", "dispatch", "upkeep"] as const;
export type QueueName = (typeof queueNames)[number];

export const maxEventsPerJob = 1_000;
export const maxDispatchItems = 200;

const id = z.string().min(1).max(200);
export const dispatchPayload = z.strictObject({
  items: z
    .array(z.strictObject({ shop: id, buyer: id }))
    .min(1)
    .max(maxDispatchItems),
});
export type DispatchPayload = z.infer<typeof dispatchPayload>;

export const chores = ["due-scan", "rescue", "purge"] as const;
export const chore = z.enum(chores);
export type Chore = (typeof chores)[number];

/** The data of a job can never be processed: it is not retried, and kept among the failed for a human to look at. */
export class InvalidJobError extends Error {
  override readonly name = "InvalidJobError";
}
