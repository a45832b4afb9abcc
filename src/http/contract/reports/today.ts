/** The day so far. */
import { z } from "zod";
import { maybe, name } from "../parts/query.ts";
import { type Answer, instant, maybeInstant, maybeText, money, text } from "../parts/values.ts";
import { figures } from "../reports.ts";

export const todayQuery = z.strictObject({
  shop: maybe(name(100)).describe("Absent: all shops, each with its own day"),
});

const hours = z.array(
  z.strictObject({
    hour: instant.describe("Its start"),
    orders: z.int().nullable(),
    sent: z.int(),
    delivered: z.int(),
    recoveredOrders: z.int(),
  }),
);

export const todayAnswer = z.strictObject({
  zone: maybeText.describe("The zone of the shops; null: they have several"),
  periods: z.array(z.strictObject({ zone: text, shops: z.array(text), from: maybeInstant, to: maybeInstant })),
  unpaid: z
    .strictObject({ orders: z.int(), amounts: z.array(money) })
    .describe("The orders of today that are unpaid now and whose time to pay is not over"),
  figures: z.strictObject(figures),
  yesterdaySoFar: z.strictObject(figures).describe("Of yesterday until the time of day that it is now"),
  hours: hours.describe("The hours of today in which something happened"),
  yesterday: hours.describe("The same of the whole day before"),
  skips: z.array(z.strictObject({ reason: maybeText, count: z.int() })).describe("The most frequent reason first"),
});

export type TodayVerbs = {
  /** null: there is no such shop. */
  readonly today: (query: { readonly shop: string | null }) => Promise<Answer<typeof todayAnswer> | null>;
};
