/** The story of an order: what was received, planned and sent, why, and what came of it. */
import { z } from "zod";
import { EVENT_TYPES } from "../../core/order/event.ts";
import {
  type Answer,
  DELIVERY_STATES,
  decimal,
  instant,
  maybeDecimal,
  maybeInstant,
  maybeText,
  money,
  orderIds,
  REMINDER_STATES,
  reason,
  text,
} from "./parts/values.ts";
import type { Actor } from "./pauses.ts";

const why = { code: reason, text: text.describe("The reason as a sentence") };

const order = z.strictObject({
  shop: text,
  id: text,
  number: maybeText.describe("The name that people know, like `#1006`"),
  status: z.enum(["unpaid", "paid", "closed", "refunded"]).describe("`closed` also when its close time has passed"),
  amount: maybeDecimal.describe("While a part is paid: the rest"),
  partPaid: maybeDecimal.describe("The sum of the paid parts, while the rest is owed"),
  partRefunded: maybeDecimal.describe("The sum of the refunded parts of a payment that stands"),
  currency: maybeText,
  createdAt: maybeInstant,
  closesAt: maybeInstant,
  paidAt: maybeInstant,
  refundedAt: maybeInstant,
  closedAt: maybeInstant,
  closeReason: maybeText,
  seenAt: instant.describe("When the first event of the order was received"),
  paymentMethod: maybeText,
  notChased: maybeText.describe("Why no reminder may be sent now; null: one may"),
  buyer: maybeText.describe("The platform's id"),
});

const payload = z
  .strictObject({
    amount: decimal,
    currency: text,
    createdAt: instant,
    closesAt: instant,
    paidAt: instant,
    closedAt: instant,
    reason: text,
    paymentMethod: text,
    pendingConfirmation: z.literal(true),
    tags: z.array(text),
    items: z.int().describe("How many"),
    presale: z.literal(true),
  })
  .partial();
const event = z.strictObject({
  id: text,
  type: z.enum(EVENT_TYPES),
  occurredAt: instant,
  receivedAt: instant,
  told: payload.describe("The fields of the event that matter here; absent: the event does not have it"),
  warnings: z
    .array(z.strictObject({ code: text, message: text }))
    .describe("Parts of it that could not be used; docs/errors.md lists the codes"),
});

const promise = z.strictObject({ at: instant, recordedAt: instant, reason: maybeText, by: maybeText });
const orderCase = z.strictObject({
  id: text,
  openedAt: instant,
  endedAt: maybeInstant,
  campaign: maybeText,
  manual: z.boolean().describe("A person has it now"),
  manualSince: maybeInstant.describe("When it became a person's; null: it never was"),
  handBackAt: maybeInstant.describe("When a person's case goes back to the reminders, or went; null: never"),
  keptAt: maybeInstant.describe("When it was kept from people by `manual.holdout`; null: it was not"),
  promise: promise.nullable().describe("When the buyer promised to pay; the promise that was recorded last"),
  waiting: z
    .strictObject({ ...why, since: instant })
    .nullable()
    .describe("Why no step of the whole case is planned"),
  orders: orderIds,
  unplanned: z
    .array(z.strictObject({ step: text, text: text.describe("Why, as a sentence") }))
    .describe("Steps without a row, because no close of the orders is known"),
});

const delivery = z.strictObject({
  id: text.describe(
    "The id of the first attempt on a channel is the idempotency key that the provider gets with every attempt on it",
  ),
  channel: text,
  attempt: z.int(),
  state: z.enum(DELIVERY_STATES),
  claimedAt: instant,
  finishedAt: maybeInstant,
  latencyMs: z.int().nullable().describe("From the claim to the provider's answer"),
  deliveredAt: maybeInstant,
  campaignVersion: maybeText.describe("The number of the version"),
  variant: maybeText,
  template: maybeText,
  templateVersion: maybeText.describe("Changes with the text of the template"),
  messageId: maybeText.describe("The provider's id"),
  segments: z.int().nullable(),
  cost: money.nullable(),
  code: maybeText,
  message: maybeText,
  lookup: maybeText.describe(
    "How asking the provider about an unknown outcome ended, as a sentence; null: it was not asked",
  ),
  text: maybeText.describe(
    "As it was sent; null: nothing was sent, it is no longer kept, or the role of the key is below operator",
  ),
});

const move = z.strictObject({
  rule: z.enum(["tight", "quiet", "late", "gap", "promise"]),
  from: instant,
  to: instant,
  text: text.describe("The move as a sentence"),
});
const reminder = z.strictObject({
  id: text,
  case: text,
  campaign: maybeText,
  version: maybeText.describe("The version of the campaign that planned it"),
  step: maybeText.describe("null: it stands for the whole case"),
  variant: maybeText,
  state: z.enum(REMINDER_STATES),
  kind: z.enum(["send", "skip"]),
  reason: z.strictObject(why).nullable(),
  plannedAt: instant,
  anchor: maybeInstant.describe("Its time before any rule moved it"),
  latest: maybeInstant.describe("The last useful moment; null: its orders never close"),
  rule: maybeText.describe("How its time was set before any rule moved it"),
  moves: z.array(move),
  decidedAt: maybeInstant,
  retryAt: maybeInstant,
  paused: z.boolean().describe("It waits because its campaign, shop or channel is paused"),
  held: z
    .strictObject({
      method: text,
      reason: maybeText.describe("Why it paused itself; null: somebody paused it"),
    })
    .nullable()
    .describe("It waits because this payment method of one of its orders is paused"),
  orders: orderIds,
  namesOrder: z.boolean().describe("false: it belongs to the same case, but does not name this order"),
  deliveries: z.array(delivery),
  credited: z.boolean().describe("The payment of this order is credited to it"),
});

const recovery = z.strictObject({
  reminder: text,
  remindedAt: instant,
  paidAt: instant,
  amount: decimal,
  currency: text,
});

export const orderStory = z.strictObject({
  order,
  events: z.array(event),
  cases: z.array(orderCase),
  reminders: z.array(reminder),
  recovery: recovery.nullable(),
  ending: z
    .strictObject({ code: z.enum(["recovered", "not_paid", "closed_unpaid", "paid_unaided", "refunded"]), text })
    .describe("The result of the order so far"),
});

export type OrderStory = Answer<typeof orderStory>;

export const revealedPhone = z.strictObject({
  shop: text,
  order: text.describe("Its id"),
  phone: text.describe("The number that the buyer reported last").meta({ example: "+8613812345678" }),
});

export type OrdersVerbs = {
  /** null: no event of such an order was received. */
  readonly explain: (order: {
    readonly shop: string;
    readonly order: string;
    /** Whether the texts of the messages are shown: they name the buyer. */
    readonly texts: boolean;
  }) => Promise<OrderStory | null>;
  /** `no_phone`: none is stored. */
  readonly reveal: (
    actor: Actor,
    order: { readonly shop: string; readonly order: string },
  ) => Promise<
    | { readonly kind: "revealed"; readonly answer: Answer<typeof revealedPhone> }
    | { readonly kind: "unknown_order" | "no_phone" }
  >;
};
