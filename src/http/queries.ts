/** Queries and paths of the HTTP interface, as zod: they are checked with them, and OpenAPI is made of them. */
import { z } from "zod";
import { isStorable } from "../core/order/plain-event.ts";
import { parseInstant } from "../core/values/instant.ts";
import { REASONS } from "../core/values/reason.ts";

export const REPORT_KEYS = ["campaign", "step", "channel", "template", "variant", "shop", "day", "hour"] as const;
export const CASE_STATES = ["open", "ended"] as const;
export const REMINDER_STATES = ["planned", "sending", "sent", "skipped", "cancelled"] as const;
export const DELIVERY_STATES = ["claimed", "accepted", "failed-permanent", "failed-transient", "unknown"] as const;

const atInstant = z
  .string()
  .transform((value, context) => {
    const ms = parseInstant(value);
    if (ms !== null) return ms;
    context.addIssue({
      code: "custom",
      message: "must be an RFC 3339 instant with an offset, like 2026-11-10T20:00:00+08:00",
    });
    return z.NEVER;
  })
  .meta({ format: "date-time" });
/** In a URL that was not escaped, the plus of an offset arrives as a blank. */
const inQuery = z
  .string()
  .transform((value) => value.replace(/ (?=\d\d:\d\d$)/, "+"))
  .pipe(atInstant)
  .meta({ format: "date-time" });
const maybe = <T extends z.ZodType>(shape: T) => shape.optional().transform((value) => value ?? null);
const range = { from: maybe(inQuery), to: maybe(inQuery) };
const isRange = (query: { from: number | null; to: number | null }) =>
  query.from === null || query.to === null || query.from < query.to;
const rangeFault = { error: "must lie before to", path: ["from"] };

const keys = z
  .string()
  .optional()
  .transform((value, context) => {
    const named = new Set((value ?? "").split(",").map((key) => key.trim()));
    named.delete("");
    const known = REPORT_KEYS.filter((key) => named.delete(key));
    for (const key of named)
      context.addIssue({
        code: "custom",
        message: `${JSON.stringify(key.slice(0, 40))} is none of ${REPORT_KEYS.join(", ")}`,
      });
    return known;
  })
  .meta({ description: `Comma-separated: ${REPORT_KEYS.join(", ")}`, example: "campaign,step" });

const remark = (max: number) =>
  maybe(z.string().trim().min(1).max(max).refine(isStorable, "must not hold a NUL or half of a surrogate pair"));

/** What a person records of a buyer. */
export const promiseBody = z.strictObject({
  at: atInstant.describe("When the buyer will pay; it must lie ahead"),
  reason: remark(200).describe("Why it is unpaid until then, like `cannot pay online`"),
  by: remark(100).describe("Who recorded it"),
});

export const recoveryQuery = z
  .strictObject({ by: keys, ...range, format: z.enum(["json", "csv"]).default("json") })
  .refine(isRange, rangeFault);

/** PostgreSQL stores no NUL, so none is looked for. */
const name = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\0]*$/, "must not hold a NUL");

const page = {
  limit: z
    .string()
    .regex(/^\d{1,4}$/, "must be a whole number from 1 to 500")
    .default("50")
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 500, { error: "must be a whole number from 1 to 500" })
    .meta({ description: "Items on a page, 1 to 500" }),
  cursor: maybe(name(1_000)).describe("What the page before gave as `next`"),
};
const filters = {
  shop: maybe(name(100)),
  buyer: maybe(name(200)).describe("The platform's id"),
  order: maybe(name(200)),
  campaign: maybe(name(200)),
  step: maybe(name(200)),
  channel: maybe(name(100)),
  reason: maybe(z.enum(REASONS)),
  ...range,
};
const listQuery = <States extends readonly [string, ...string[]]>(states: States, which: string) =>
  z.strictObject({ ...filters, state: maybe(z.enum(states)).describe(which), ...page }).refine(isRange, rangeFault);

export const casesQuery = listQuery(CASE_STATES, "`open`: an unpaid order is left");
export const remindersQuery = listQuery(
  REMINDER_STATES,
  "As reports count: `cancelled` ended for what became of the order (reason paid, closed, refunded or excluded), `skipped` for any other reason; `planned` and `sending` are their `pending`",
);
export const deliveriesQuery = listQuery(DELIVERY_STATES, "What became of the attempt");

export const rehearsalQuery = z.strictObject({
  from: maybe(inQuery).describe("Decisions begin here; what was told before is known, and nothing of it was sent"),
});

export const auditQuery = z
  .strictObject({
    who: maybe(name(200)).describe("The name of a key, or of who ran a command"),
    action: maybe(name(100)).meta({ example: "campaign.put" }),
    subject: maybe(name(200)).describe("The campaign or key that it was done to"),
    ...range,
    ...page,
  })
  .refine(isRange, rangeFault);

const wholeNumber = (least: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, "must be a whole number")
    .transform(Number)
    .refine((value) => value >= least && value <= 2_147_483_647, { error: "must be a whole number" });

export const campaignParams = z.object({ key: name(60) });
export const versionParams = z.object({ key: name(60), version: wholeNumber(1).describe("Its number, from 1") });
export const versionsQuery = z.strictObject({
  limit: page.limit,
  cursor: maybe(wholeNumber(1)).describe("What the page before gave as `next`"),
});

export const orderParams = z.object({ shop: name(100), id: name(200) });
export const webhookParams = z.object({ source: z.string(), shop: z.string() });
