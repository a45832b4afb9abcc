/** The recovery report. */
import { z } from "zod";
import { isRange, range, rangeFault } from "./parts/query.ts";
import { type Answer, maybeInstant, maybeText, money, text } from "./parts/values.ts";

const REPORT_KEYS = ["campaign", "step", "channel", "template", "variant", "shop", "day", "hour"] as const;

const by = z
  .string()
  .optional()
  .transform((value, context) => {
    const named = new Set((value ?? "").split(",").map((key) => key.trim()));
    named.delete("");
    const known = REPORT_KEYS.filter((key) => named.delete(key));
    for (const key of named)
      context.addIssue({
        code: "custom",
        message: `${JSON.stringify(key.slice(0, 40))} is not one of ${REPORT_KEYS.join(", ")}`,
      });
    return known;
  })
  .meta({ description: `Comma-separated: ${REPORT_KEYS.join(", ")}`, example: "campaign,step" });

export const recoveryQuery = z
  .strictObject({ by, ...range, format: z.enum(["json", "csv"]).default("json") })
  .refine(isRange, rangeFault);

const rate = z.number().nullable();
const figures = {
  orders: z.int(),
  cases: z.int(),
  planned: z.int(),
  sent: z.int(),
  delivered: z.int(),
  skipped: z.int(),
  cancelled: z.int(),
  pending: z.int().describe("planned = sent + skipped + cancelled + pending"),
  remindedOrders: z.int(),
  recoveredOrders: z.int(),
  recoveryRate: rate.describe("recoveredOrders / remindedOrders"),
  recoveredAmount: z.array(money),
  segments: z.int(),
  cost: z.array(money),
  roi: rate,
  medianTimeToPay: maybeText.meta({ example: "12m30s" }),
  holdoutOrders: z.int(),
  holdoutPaidRate: rate,
  treatedOrders: z.int(),
  treatedPaidRate: rate.describe("By intention to treat"),
  lift: rate,
  liftLow: rate,
  liftHigh: rate,
};
const key = maybeText.optional();
const keys: Record<(typeof REPORT_KEYS)[number], typeof key> = {
  campaign: key,
  step: key,
  channel: key,
  template: key,
  variant: key,
  shop: key,
  day: key,
  hour: key,
};
export const recoveryReport = z.strictObject({
  from: maybeInstant,
  to: maybeInstant,
  by: z.array(z.enum(REPORT_KEYS)),
  columns: z.array(text).describe("The names in `by`, then the figures"),
  rows: z.array(z.strictObject({ ...keys, ...figures })).describe("Each row has a value for every name in `by`"),
  totals: z.strictObject(figures),
});

export type RecoveryQuery = z.output<typeof recoveryQuery>;
export type RecoveryReport = Answer<typeof recoveryReport>;

type Asked = Omit<RecoveryQuery, "format">;
export type ReportsVerbs = {
  readonly report: (query: Asked) => Promise<RecoveryReport>;
  readonly reportCsv: (query: Asked) => Promise<string>;
};
