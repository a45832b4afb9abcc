/** The owner's page. */
import { z } from "zod";
import { maybe, name } from "../parts/query.ts";
import { type Answer, decimal, instant, maybeDecimal, maybeText, text } from "../parts/values.ts";
import { figures } from "../reports.ts";

export const ownerQuery = z.strictObject({ shop: maybe(name(100)).describe("Absent: all shops") });

const rate = z.number().nullable();

export const ownerAnswer = z.strictObject({
  shop: maybeText,
  zone: text.describe("The zone of the weeks; UTC where the shops have several"),
  from: instant.describe("The Monday 11 weeks before the current week"),
  to: instant.describe("Now"),
  verdict: z
    .enum(["works", "harms", "cannot_tell", "waiting", "not_measured", "no_data"])
    .describe(
      "`works`, `harms`: the interval of the lift is on one side of zero. `cannot_tell`: it holds zero, or fewer than 30 buyers were held out or reminded. `waiting`: all buyers still have time to pay. `not_measured`: there is nobody to compare with. `no_data`: no reminder was due",
    ),
  word: text.describe("The verdict in English, with what is still needed"),
  sentence: text,
  needs: z
    .strictObject({ cases: z.int(), days: z.int().describe("At the pace of these weeks") })
    .nullable()
    .describe(
      "With `cannot_tell`: about so many more cases would show an effect of this size, with 30 buyers in the smaller group",
    ),
  figures: z
    .strictObject(figures)
    .describe("Of the 12 weeks. Since they still run, the intervals are those that may be looked at every day"),
  costPerOrder: z
    .array(z.strictObject({ amount: decimal, low: decimal, high: maybeDecimal, currency: text }))
    .describe("The cost of an order that the reminders brought; `high` null: no upper limit"),
  weeks: z.array(
    z.strictObject({
      day: text.meta({ format: "date", description: "The Monday" }),
      treatedBuyers: z.int(),
      holdoutBuyers: z.int(),
      openBuyers: z.int(),
      lift: rate,
      liftLow: rate,
      liftHigh: rate,
    }),
  ),
  unmeasured: z
    .array(z.strictObject({ shop: text, campaign: text, share: z.number().describe("Held out"), buyers: z.int() }))
    .describe("Buyers without anybody to compare them with"),
  holdout: z.strictObject({
    casesAMonth: z.int().describe("In the last 30 days"),
    suggested: z.number().describe("The share that suits so many cases"),
    current: z.array(z.number()).describe("The shares of the last week with buyers"),
  }),
  warnings: z.array(
    z.strictObject({
      code: z.enum(["sample_ratio", "few_held_out", "share_changed", "shop_clock", "machine_clock"]),
      message: text,
    }),
  ),
});

export type OwnerVerbs = {
  /** null: there is no such shop. */
  readonly owner: (query: z.output<typeof ownerQuery>) => Promise<Answer<typeof ownerAnswer> | null>;
};
