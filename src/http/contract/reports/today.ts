/** The day so far. */
import { z } from "zod";
import { maybe, name } from "../parts/query.ts";
import { type Answer, instant, money } from "../parts/values.ts";
import { figures, zonePeriods } from "../reports.ts";

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
  ...zonePeriods,
  unpaid: z
    .strictObject({ orders: z.int(), amounts: z.array(money) })
    .describe("The orders of today that are unpaid now and whose time to pay is not over"),
  figures: z.strictObject(figures),
  yesterdaySoFar: z
    .strictObject(figures)
    .describe(
      "Of yesterday until the last full hour of the clock; in the first hour of the day, of yesterday's first hour",
    ),
  hours: hours.describe("The hours of today in which something happened"),
  yesterday: hours.describe("The same of the whole day before"),
});

export type TodayVerbs = {
  /** null: there is no such shop. */
  readonly today: (query: { readonly shop: string | null }) => Promise<Answer<typeof todayAnswer> | null>;
};
