/** The card of a task: its case as a person sees it before they speak to the buyer. */
import { z } from "zod";
import {
  BUYER_REASONS,
  CONTACT_RESULTS,
  CONTACT_WAYS,
  PROMISE_STATES,
  TASK_OUTCOMES,
} from "../../../core/desk/words.ts";
import { type Answer, instant, maybeInstant, maybeText, money, text } from "../parts/values.ts";
import { task } from "../tasks.ts";

export const taskCard = z.strictObject({
  task,
  name: maybeText.describe("The buyer's name"),
  tier: maybeText,
  locale: maybeText.describe("The buyer's language"),
  orders: z.array(
    z.strictObject({
      id: text,
      number: maybeText,
      amount: money.nullable().describe("What is owed now; null: no event has said the price"),
      closesAt: maybeInstant,
      items: z.array(z.strictObject({ sku: maybeText, title: maybeText, quantity: z.number().nullable() })),
    }),
  ),
  sent: z
    .array(
      z.strictObject({
        at: instant,
        step: maybeText,
        channel: text,
        state: z.enum(["claimed", "accepted", "unknown"]),
        deliveredAt: maybeInstant,
      }),
    )
    .describe("The messages of the case that left, or may have, the last first"),
  touches: z
    .array(
      z.strictObject({
        at: instant,
        who: text,
        how: z.enum(CONTACT_WAYS).nullable().describe("null: an outcome without a contact of its own"),
        result: z.enum(CONTACT_RESULTS).nullable(),
        outcome: z.enum(TASK_OUTCOMES).nullable(),
        reason: z.enum(BUYER_REASONS).nullable(),
        note: maybeText,
      }),
    )
    .describe("What people did about the case, the last first"),
  promise: z
    .strictObject({ at: instant, recordedAt: instant, by: maybeText, reason: maybeText, state: z.enum(PROMISE_STATES) })
    .nullable()
    .describe("The promise that was recorded last"),
});

export type CardVerbs = {
  /** null: there is no such task. */
  readonly taskCard: (id: string) => Promise<Answer<typeof taskCard> | null>;
};
