/**
 * What the HTTP interface is told and answers, as zod: OpenAPI is made of it. Bodies of events are not checked here but event by event by
 * intake (core/order/event.ts), which tells each one's fault; answers are what the features give. Here both are described.
 */
import { z } from "zod";
import { EVENT_TYPES } from "../core/order/event.ts";
import { REASONS } from "../core/values/reason.ts";
import { CASE_STATES, DELIVERY_STATES, REMINDER_STATES, REPORT_KEYS } from "./queries.ts";

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
          chat: z.record(text, text.nullable()).nullish(),
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

export const preview = z.object({
  text,
  locale: text,
  characters: z.int().describe("In the units that count against a segment; a signature included"),
  segments: z.int().describe("As an SMS is billed; 1 on other channels"),
  encoding: z.enum(["GSM-7", "UCS-2", "UTF-8"]).describe("UTF-8: no SMS"),
  cost: money.nullable().describe("Of one message; null: the channel has no price"),
  params: z.record(text, text).describe("What fills the provider's approved template"),
  approved: z
    .object({ provider: text, fields: z.record(text, text) })
    .nullable()
    .describe("The provider's approved template, from the front matter"),
  warnings: z.array(text),
});

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
  medianTimeToPay: text.nullable().meta({ example: "12m30s" }),
  holdoutOrders: z.int(),
  holdoutPaidRate: rate,
  treatedOrders: z.int(),
  treatedPaidRate: rate.describe("By intention to treat"),
  lift: rate,
  liftLow: rate,
  liftHigh: rate,
};
export const recoveryReport = z.looseObject({
  from: instant.nullable(),
  to: instant.nullable(),
  by: z.array(z.enum(REPORT_KEYS)),
  columns: z.array(text).describe("What is grouped by, then the figures"),
  rows: z.array(z.looseObject(figures)).describe("Each with its values of what is grouped by"),
  totals: z.looseObject(figures),
});
const when = instant.nullable();
const maybeText = text.nullable();
const reason = z.enum(REASONS).nullable();
const orderIds = z.array(text);

const storyDelivery = z.looseObject({
  id: text.describe(
    "Of the first attempt on a channel also the idempotency key that the provider got with each of them",
  ),
  channel: text,
  attempt: z.int(),
  state: text,
  claimedAt: instant,
  finishedAt: when,
  deliveredAt: when,
  campaignVersion: maybeText.describe("The number of the version"),
  variant: maybeText,
  template: maybeText,
  templateVersion: maybeText.describe("Changes with the text of the template"),
  cost: money.nullable(),
  code: maybeText,
  message: maybeText,
});
const storyReminder = z.looseObject({
  id: text,
  case: text,
  campaign: maybeText,
  step: maybeText.describe("null: stands for the whole case"),
  variant: maybeText,
  state: z.enum(REMINDER_STATES),
  kind: z.enum(["send", "skip"]),
  reason: z.object({ code: z.enum(REASONS), text }).nullable(),
  plannedAt: instant,
  rule: maybeText.describe("What set its time before anything moved it"),
  moves: z.array(z.looseObject({ text })),
  decidedAt: when,
  orders: orderIds,
  deliveries: z.array(storyDelivery),
  credited: z.boolean().describe("The payment of this order is credited to it"),
});
export const orderStory = z.looseObject({
  order: z.looseObject({
    shop: text,
    id: text,
    status: text,
    amount: decimal.nullable(),
    currency: maybeText,
    createdAt: when,
    closesAt: when,
    paidAt: when,
  }),
  events: z.array(
    z.looseObject({ id: text, type: text, occurredAt: instant, receivedAt: instant, told: z.looseObject({}) }),
  ),
  cases: z.array(
    z.looseObject({
      id: text,
      openedAt: instant,
      endedAt: when,
      campaign: maybeText,
      manual: z.boolean(),
      promise: z
        .looseObject({ at: instant, recordedAt: instant, reason: maybeText, by: maybeText })
        .nullable()
        .describe("When the buyer promised to pay, as recorded last"),
      orders: orderIds,
    }),
  ),
  reminders: z.array(storyReminder),
  recovery: z
    .looseObject({ reminder: text, remindedAt: instant, paidAt: instant, amount: decimal, currency: text })
    .nullable(),
});

const rehearsed = { at: instant, shop: text, buyer: text, orders: orderIds, campaign: maybeText, step: maybeText };
export const rehearsalBody = z.strictObject({
  events: z.array(eventBody),
  campaigns: z
    .record(text, text)
    .optional()
    .describe("Text by path: `promo/campaign.yaml`, `promo/nudge.sms.en.hbs`. Without it those that the service runs."),
  from: instant.optional(),
});
export const rehearsal = z.looseObject({
  from: when,
  to: when,
  orders: z.int(),
  cases: z.int(),
  sends: z.array(z.looseObject({ ...rehearsed, variant: maybeText, channel: text, text, segments: z.int() })),
  skips: z.array(z.looseObject({ ...rehearsed, reason })),
  peakPerSecond: z.record(text, z.int()),
  segments: z.record(text, z.int()),
  cost: z.array(money),
  warnings: z.array(text),
});

const row = {
  shop: text,
  id: text,
  buyer: maybeText.describe("The platform's id"),
  campaign: maybeText,
  orders: orderIds,
};
export const promiseAnswer = z.object({
  shop: text,
  case: text,
  orders: orderIds.describe("The orders of the case: the promise holds for all of them"),
  at: instant,
  reason: maybeText,
  by: maybeText,
});
export const caseItem = z.looseObject({
  ...row,
  state: z.enum(CASE_STATES),
  manual: z.boolean(),
  reason: reason.describe("Why the whole case waits"),
  openedAt: instant,
  endedAt: when,
});
export const reminderItem = z.looseObject({
  ...row,
  case: text,
  campaignVersion: maybeText,
  step: maybeText,
  variant: maybeText,
  kind: z.enum(["send", "skip"]),
  state: z.enum(REMINDER_STATES),
  reason,
  dueAt: instant,
  decidedAt: when,
});
export const deliveryItem = z.looseObject({
  ...row,
  reminder: text,
  step: maybeText,
  channel: text,
  attempt: z.int(),
  state: z.enum(DELIVERY_STATES),
  claimedAt: instant,
  finishedAt: when,
  deliveredAt: when,
  campaignVersion: maybeText.describe("The number of the version"),
  variant: maybeText,
  template: maybeText,
  templateVersion: maybeText.describe("Changes with the text of the template"),
  messageId: maybeText,
  segments: z.int().nullable(),
  cost: money.nullable(),
  code: maybeText,
  message: maybeText,
});
const version = {
  version: z.int().describe("From 1; also the ETag"),
  createdAt: instant,
  createdBy: text,
  source: z.enum(["file", "http", "rollback"]),
  fromVersion: z.int().nullable().describe("The version that it came from: replaced, or taken back by a rollback"),
  note: maybeText,
  digest: text.describe("Of the names and texts of its files"),
};
const campaignTexts = {
  yaml: text.describe("campaign.yaml"),
  templates: z.record(text, text),
  campaign: z
    .looseObject({})
    .nullable()
    .describe("As it is understood, in the words of campaign.yaml, with every default"),
};
const campaignState = {
  key: text,
  ...version,
  paused: z.boolean(),
  pausedAt: when,
  retired: z.boolean().describe("Not run any more"),
  editedSinceApply: z.boolean().describe("`campaigns apply` would overwrite an edit, and refuses to"),
};
export const campaignItem = z.looseObject(campaignState);
export const campaignFull = z.looseObject({ ...campaignState, ...campaignTexts });
export const campaignSaved = z.looseObject({ ...campaignState, ...campaignTexts, warnings: z.array(text) });
export const versionItem = z.looseObject({ ...version, current: z.boolean() });
export const versionFull = z.looseObject({ key: text, ...version, ...campaignTexts });
export const auditItem = z.looseObject({
  id: text,
  at: instant,
  who: text,
  via: z.enum(["http", "cli", "start"]),
  action: text.meta({ example: "campaign.put" }),
  subject: text,
  fromVersion: z.int().nullable(),
  toVersion: z.int().nullable(),
  note: maybeText,
});
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: text.nullable().describe("The cursor of the next page; null on the last") });
