/**
 * Order events. The body is only described here: intake checks it event by event (core/order/event.ts) and reports the fault of each.
 */
import { z } from "zod";
import { EVENT_TYPES } from "../../core/order/event.ts";
import { type EventWarning, eventWarning, type Rejected, rejected } from "./parts/problem.ts";
import { type Answer, decimal, instant, text } from "./parts/values.ts";

const tags = z.array(text).nullish();
const NEEDED = "Required in order.created";

const buyer = z.looseObject({
  id: text.nullish(),
  phone: z
    .union([text, z.array(text)])
    .nullish()
    .describe("One or several numbers: the first that takes SMS is used")
    .meta({ example: "+8613812345678" }),
  email: text.nullish().describe("Joins no buyers").meta({ example: "lilei@shop.example" }),
  chat: z.record(text, text.nullable()).nullish(),
  country: text.nullish().describe("ISO 3166, two letters: where a phone number without a country code is read"),
  name: text.nullish(),
  locale: text.nullish(),
  timeZone: text.nullish(),
  tier: text.nullish(),
});
const item = z.looseObject({
  sku: text.nullish(),
  title: text.nullish(),
  quantity: z.int().nullish(),
  price: decimal.nullish(),
  tags,
});
const order = z.looseObject({
  id: text.min(1).max(200).describe("Always a string: a 64-bit number is refused, because it would be rounded"),
  number: text.nullish().describe("The name that people know, like #1006"),
  amount: decimal
    .nullish()
    .describe(`${NEEDED}. In order.paid and order.refunded it may be less than what is owed: a part`),
  currency: text.nullish().describe(`ISO 4217. ${NEEDED}`),
  createdAt: instant.nullish().describe(NEEDED),
  closesAt: instant.nullish(),
  paidAt: instant.nullish(),
  closedAt: instant.nullish(),
  reason: text.nullish(),
  buyer: buyer.nullish().describe(`${NEEDED}, with at least one of id, phone, chat`),
  items: z.array(item).nullish(),
  paymentMethod: text.nullish(),
  payUrl: text.nullish(),
  tags,
  pendingConfirmation: z.boolean().nullish(),
  shipped: z.boolean().nullish(),
  archived: z.boolean().nullish(),
  presale: z
    .looseObject({
      depositPaid: z.boolean().nullish(),
      balanceFrom: instant.nullish(),
      balanceTo: instant.nullish(),
    })
    .nullish(),
  note: text.nullish(),
});
export const eventBody = z
  .object({
    id: text.min(1).max(200).describe("Two events of a shop with the same id are one event"),
    type: z.enum(EVENT_TYPES),
    occurredAt: instant,
    shop: text.min(1).max(100),
    paidAt: instant.nullish().describe("Here or in the order"),
    closedAt: instant.nullish().describe("Here or in the order"),
    reason: text.nullish().describe("Here or in the order"),
    order,
  })
  .describe("One fact about one order");

export const receipt = z.strictObject({
  accepted: z.int(),
  duplicates: z.int().describe("Received before"),
  rejected: z.array(rejected),
  rejectedNotListed: z.int().optional().describe("How many more were rejected than the 10,000 that are listed"),
  warnings: z.array(eventWarning).describe("Parts of the accepted events that could not be used"),
  warningsNotListed: z.int().optional().describe("How many more there were than the 10,000 that are listed"),
  ignored: text.optional().describe("Webhooks: why nothing (more) was taken in"),
});

export type EventBody = z.input<typeof eventBody>;
export type Receipt = Answer<typeof receipt>;

/** The result for some events: `index` is the position among them. */
export type IntakeResult = {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: readonly Omit<Rejected, "line">[];
  readonly warnings: readonly Omit<EventWarning, "line">[];
};

export type EventsVerbs = {
  readonly intake: {
    /** Resolves when the events are durable. Rejects only when the store is out. */
    submit(inputs: readonly unknown[]): Promise<IntakeResult>;
    /** Events that are submitted and not yet answered. */
    readonly pending: number;
  };
};
