/**
 * The public shapes of the HTTP interface, as zod: queries are checked with them, and OpenAPI is made of them. Bodies of events are
 * not checked here but event by event by intake (core/event.ts), which tells each one's fault; here they are only described.
 */
import { z } from "zod";
import { EVENT_TYPES } from "../core/event.ts";
import { parseInstant } from "../core/instant.ts";
import { REASONS } from "../core/reason.ts";

export const REPORT_KEYS = ["campaign", "step", "channel", "template", "variant", "shop", "day", "hour"] as const;
export const CASE_STATES = ["open", "ended"] as const;
export const REMINDER_STATES = ["planned", "sending", "sent", "skipped"] as const;
export const DELIVERY_STATES = ["claimed", "accepted", "failed-permanent", "failed-transient", "unknown"] as const;

const instant = z.string().meta({ format: "date-time" });
const decimal = z.string().meta({ example: "129.00" });
const money = z.object({ amount: decimal, currency: z.string() });
const text = z.string();

// ---- what is sent

const tags = z.array(text).nullish();
export const eventBody = z
  .object({
    id: text.min(1).max(200).describe("The same id twice in a shop is one event"),
    type: z.enum(EVENT_TYPES),
    occurredAt: instant,
    shop: text.min(1).max(100),
    order: z.looseObject({
      id: text.min(1).max(200).describe("Always a string: a 64-bit number is refused, not rounded"),
      amount: decimal.nullish().describe("order.created needs it"),
      currency: text.nullish().describe("ISO 4217; order.created needs it"),
      createdAt: instant.nullish().describe("order.created needs it"),
      closesAt: instant.nullish(),
      paidAt: instant.nullish(),
      closedAt: instant.nullish(),
      reason: text.nullish(),
      buyer: z
        .looseObject({
          id: text.nullish(),
          phone: text.nullish().meta({ example: "+8613812345678" }),
          chat: z.record(text, text).nullish(),
          name: text.nullish(),
          locale: text.nullish(),
          timeZone: text.nullish(),
          tier: text.nullish(),
        })
        .nullish()
        .describe("order.created needs at least one of id, phone, chat"),
      items: z
        .array(
          z.looseObject({
            sku: text.nullish(),
            title: text.nullish(),
            quantity: z.int().nullish(),
            price: decimal.nullish(),
            tags,
          }),
        )
        .nullish(),
      paymentMethod: text.nullish(),
      payUrl: text.nullish(),
      tags,
      pendingConfirmation: z.boolean().nullish(),
      presale: z
        .looseObject({
          depositPaid: z.boolean().nullish(),
          balanceFrom: instant.nullish(),
          balanceTo: instant.nullish(),
        })
        .nullish(),
      note: text.nullish(),
    }),
  })
  .describe("One fact about one order");

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
const maybe = <T extends z.ZodType>(shape: T) => shape.optional().transform((value) => value ?? null);
const range = { from: maybe(atInstant), to: maybe(atInstant) };
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

export const recoveryQuery = z
  .strictObject({ by: keys, ...range, format: z.enum(["json", "csv"]).default("json") })
  .refine(isRange, rangeFault);

const page = {
  shop: maybe(text.max(100)),
  campaign: maybe(text.max(200)),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, "must be a whole number from 1 to 500")
    .default("50")
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= 500, { error: "must be a whole number from 1 to 500" })
    .meta({ description: "Items on a page, 1 to 500" }),
  cursor: maybe(text.max(1_000)),
};
export const casesQuery = z
  .strictObject({ ...page, state: maybe(z.enum(CASE_STATES)), ...range })
  .refine(isRange, rangeFault);
export const remindersQuery = z
  .strictObject({
    ...page,
    state: maybe(z.enum(REMINDER_STATES)),
    step: maybe(text.max(200)),
    reason: maybe(z.enum(REASONS)),
    order: maybe(text.max(200)),
    ...range,
  })
  .refine(isRange, rangeFault);
export const deliveriesQuery = z
  .strictObject({ ...page, state: maybe(z.enum(DELIVERY_STATES)), channel: maybe(text.max(60)), ...range })
  .refine(isRange, rangeFault);

export const orderParams = z.object({ shop: text, id: text });
export const webhookParams = z.object({ source: text, shop: text });

// ---- what is answered

const rejected = z.object({
  index: z.int().describe("From 0 in what was sent; blank lines of NDJSON do not count"),
  line: z.int().optional().describe("NDJSON: the line, from 1"),
  id: text.nullable(),
  code: text,
  message: text.describe("Names the field and the remedy"),
});
export const receipt = z.object({
  accepted: z.int(),
  duplicates: z.int().describe("Known already"),
  rejected: z.array(rejected),
  rejectedNotListed: z.int().optional().describe("How many more were rejected than the 10,000 that are listed"),
  ignored: text.optional().describe("Webhooks: why there was nothing (more) to take"),
});
export const problem = z.looseObject({
  type: text,
  title: text,
  status: z.int(),
  code: text.describe("Stable; docs/errors.md lists them"),
  detail: text,
  requestId: text,
  errors: z.array(z.looseObject({ message: text })).optional(),
});
export const liveness = z.object({ status: z.literal("ok") });
export const readiness = z.object({
  ok: z.boolean(),
  checks: z.record(text, z.object({ ok: z.boolean(), message: text.optional() })),
});

const rate = z.number().nullable();
const figures = {
  orders: z.int(),
  cases: z.int(),
  planned: z.int(),
  sent: z.int(),
  delivered: z.int(),
  skipped: z.int(),
  remindedOrders: z.int(),
  recoveredOrders: z.int(),
  recoveryRate: rate.describe("recoveredOrders / remindedOrders"),
  recoveredAmount: z.array(money),
  segments: z.int(),
  cost: z.array(money),
  roi: rate,
  holdoutOrders: z.int(),
  holdoutPaidRate: rate,
  treatedPaidRate: rate.describe("By intention to treat"),
  lift: rate,
  liftLow: rate,
  liftHigh: rate,
};
export const recoveryReport = z.looseObject({ rows: z.array(z.looseObject(figures)), totals: z.looseObject(figures) });
export const orderStory = z.looseObject({});
export const caseItem = z.looseObject({});
export const reminderItem = z.looseObject({});
export const deliveryItem = z.looseObject({});
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: text.nullable().describe("The cursor of the next page; null on the last") });

export type RecoveryReport = object;
export type OrderStory = object;
export type Case = object;
export type Reminder = object;
export type Delivery = object;
