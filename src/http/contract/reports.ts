/** The recovery report. */
import { z } from "zod";
import { DIMENSIONS, type Dimension, unknownDimensions } from "../../core/measure/dimensions.ts";
import { checkPeriod, period, readPeriod } from "./parts/query.ts";
import { type Answer, maybeInstant, maybeText, money, text } from "./parts/values.ts";
import { horizonOf } from "./reports/horizon.ts";

const by = z
  .string()
  .optional()
  .transform((value, context) => {
    const named = new Set((value ?? "").split(",").map((key) => key.trim()));
    named.delete("");
    const known = [...named].flatMap((key) => DIMENSIONS.find((each) => each === key) ?? []);
    for (const { name, why } of unknownDimensions([...named]))
      context.addIssue({ code: "custom", message: `${JSON.stringify(name.slice(0, 40))} ${why}` });
    return known;
  })
  .meta({
    description: `Comma-separated, in the order of the rows: ${DIMENSIONS.join(", ")}`,
    example: "campaign,step",
  });

type Compared = {
  readonly compare?: "previous" | undefined;
  readonly by: readonly Dimension[];
  readonly from: unknown;
  readonly on: unknown;
};

function checkCompared({ compare, by: keys, from, on }: Compared, context: z.core.$RefinementCtx): void {
  const fault = (message: string) => context.addIssue({ code: "custom", message, path: ["compare"] });
  if (compare === undefined) return;
  if (from === null && on === null) fault("needs the beginning of the period: give from, or on");
  if (keys.includes("hour")) fault("cannot compare rows by hour: take day");
}

export const recoveryQuery = z
  .strictObject({
    by,
    ...period,
    horizon: horizonOf(
      "How long after the first reminder of a buyer a payment counts for the effect; absent: the attributionWindow of the campaign",
    ),
    compare: z
      .literal("previous")
      .optional()
      .describe(
        "`previous`: adds the figures of the period before, which is just as long and ends where this one begins",
      ),
    format: z.enum(["json", "csv"]).default("json"),
    totals: z.enum(["true", "false"]).default("false").describe("With `format=csv`: a last line with the totals"),
  })
  .superRefine(checkPeriod)
  .superRefine(checkCompared)
  .transform(readPeriod);

const rate = z.number().nullable();
export const figures = {
  orders: z
    .int()
    .nullable()
    .describe("null in rows by step, channel, template, version, variant or reason: only reminders have these"),
  cases: z.int().nullable(),
  manualCases: z.int().nullable().describe("Cases that were ever left to a person"),
  manualWaiting: z.int().nullable().describe("Cases that wait for a person now"),
  planned: z
    .int()
    .describe("Reminders, and one for each case that never had any (no_campaign, excluded, manual, closed)"),
  unplannedCases: z.int().describe("Of the planned: cases that never had a reminder"),
  sent: z.int(),
  delivered: z.int(),
  skipped: z.int(),
  failed: z.int().describe("Of the skipped: the providers refused them"),
  unknown: z.int().describe("Of the skipped: nobody knows whether they were sent"),
  cancelled: z.int(),
  pending: z.int().describe("planned = sent + skipped + cancelled + pending"),
  optOuts: z.int().describe("Readers who opted out after a message, when it was sent"),
  remindedOrders: z.int(),
  recoveredOrders: z.int(),
  recoveryRate: rate.describe("recoveredOrders / remindedOrders"),
  recoveredAmount: z.array(money),
  segments: z.int(),
  cost: z.array(money),
  roi: rate.describe("Within one currency; null: there are several"),
  roiByCurrency: z.array(z.strictObject({ roi: z.number(), currency: text })),
  medianTimeToPay: maybeText.meta({ example: "12m30s" }),
  treatedBuyers: z.int().describe("Buyers whose time to pay is over, by intention to treat"),
  treatedOrders: z.int().describe("Their orders that could still be paid"),
  treatedPaidRate: rate.describe("The share of the buyers who paid, over the shops and campaigns that can be compared"),
  holdoutBuyers: z.int(),
  holdoutOrders: z.int(),
  holdoutPaidRate: rate,
  openBuyers: z.int().describe("Buyers who still have time to pay"),
  unmeasuredBuyers: z.int().describe("Buyers whose shop and campaign had no control group to compare them with"),
  lift: rate.describe(
    "treatedPaidRate − holdoutPaidRate. null in rows by step, channel, template, reason, locale, tag, paymentMethod, staff or why: such a key may be decided after the draw",
  ),
  liftLow: rate.describe("95%. While the period runs, an interval that may be looked at every day"),
  liftHigh: rate,
  moreBuyers: z
    .int()
    .nullable()
    .describe(
      "About so many more buyers would show an effect of this size (80% power). null: the interval has left zero, or there is no lift",
    ),
  extraOrders: rate.describe("Orders that the treated paid beyond what they would have paid"),
  extraOrdersLow: rate,
  extraOrdersHigh: rate,
  extraAmount: z.array(z.strictObject({ amount: text, low: text, high: text, currency: text })),
};
const key = maybeText.optional();
const keys: Record<Dimension, typeof key> = {
  campaign: key,
  step: key,
  channel: key,
  template: key,
  version: key,
  variant: key,
  reason: key,
  locale: key,
  tag: key,
  paymentMethod: key,
  staff: key,
  why: key,
  shop: key,
  day: key,
  hour: key,
};
export const zonePeriods = {
  zone: maybeText.describe("The zone of the shops; null: they have several"),
  periods: z
    .array(z.strictObject({ zone: text, shops: z.array(text), from: maybeInstant, to: maybeInstant }))
    .describe("The period in each zone: a day is the own day of a shop"),
};
const periods = {
  from: maybeInstant.describe("With shops in several zones: the earliest"),
  to: maybeInstant.describe("With shops in several zones: the latest"),
  ...zonePeriods,
};
export const recoveryReport = z.strictObject({
  ...periods,
  by: z.array(z.enum(DIMENSIONS)),
  columns: z.array(text).describe("The names in `by`, then the figures"),
  rows: z
    .array(
      z.strictObject({
        ...keys,
        ...figures,
        previous: z.strictObject(figures).optional().describe("With `compare=previous`: of the period before"),
      }),
    )
    .describe("Each row has a value for every name in `by`"),
  totals: z.strictObject(figures),
  previous: z
    .strictObject({ ...periods, totals: z.strictObject(figures) })
    .nullable()
    .describe("With `compare=previous`: the period before"),
  variants: z
    .array(
      z.strictObject({
        campaign: text,
        winner: maybeText.describe("null: there is none yet"),
        variants: z.array(z.strictObject({ variant: text, buyers: z.int(), openBuyers: z.int(), paidRate: rate })),
        comparisons: z.array(
          z.strictObject({
            one: text,
            other: text,
            difference: z.number().describe("The share of the reminded buyers of `one` who paid, less that of `other`"),
            low: z.number(),
            high: z.number(),
            moreBuyers: z.int().nullable().describe("About so many more would show a difference of this size"),
          }),
        ),
      }),
    )
    .describe(
      "With `by=variant`: the variants of each campaign, two by two, with 95% intervals that hold for all of them together and at any time",
    ),
  warnings: z.array(text).describe("Reasons to doubt the figures"),
});

export type RecoveryQuery = z.output<typeof recoveryQuery>;
export type RecoveryReport = Answer<typeof recoveryReport>;

export type ReportsVerbs = {
  readonly report: (query: Omit<RecoveryQuery, "format" | "totals">) => Promise<RecoveryReport>;
  readonly reportCsv: (query: Omit<RecoveryQuery, "format">) => Promise<string>;
};
