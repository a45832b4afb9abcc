/** Previews of templates. Amounts, instants and locales are checked where the text is made, because their faults are known there. */
import { z } from "zod";
import { readId } from "../../core/order/id.ts";
import { name } from "./parts/query.ts";
import { type Answer, maybeText, money, text } from "./parts/values.ts";
import type { Actor } from "./pauses.ts";

const required = name(100).min(1);
const decimal = name(24).meta({ example: "129.00" });
const instant = name(40).meta({ format: "date-time" });

// These objects are loose, so that the order of an order event can be pasted: a field that no template uses is ignored with a warning.
const item = z.looseObject({
  sku: name(200).nullish(),
  title: name(500).nullish(),
  quantity: z.int().min(0).max(1_000_000).nullish(),
  price: decimal.nullish(),
});
const items = z.array(item).max(100).nullish();
const buyer = z.looseObject({
  name: name(200).nullish(),
  tier: name(60).nullish(),
  locale: name(40).nullish(),
  timeZone: name(60).nullish(),
});
const order = z.looseObject({
  id: name(200).min(1).optional(),
  number: name(100).nullish(),
  amount: decimal.optional(),
  currency: name(10).optional(),
  createdAt: instant.optional(),
  closesAt: instant.nullish(),
  payUrl: name(2_000).nullish(),
  note: name(5_000).nullish(),
  items,
  buyer: buyer.optional().describe("As in an order event; the sample's own `buyer` overrides it"),
});

const sample = z
  .looseObject({
    shop: required.optional().describe("A configured shop"),
    buyer: buyer.optional(),
    order: order.optional().describe("The first order"),
    orders: z.array(order).max(50).optional().describe("Empty counts as absent"),
    total: decimal.optional().describe("In the first order's currency; absent: the sum of the orders"),
    count: z.int().min(0).max(50).optional().describe("Without `orders`: this many orders like the first"),
    items: items.describe("Absent: the items of the orders"),
    closesAt: instant.nullish().describe("Absent: the earliest of the orders"),
    timeLeft: name(24).nullish().describe("Like 28m; absent: the time until `closesAt`"),
    payUrl: name(2_000).nullish().describe("Absent: the first order's"),
    campaign: required.optional(),
    step: required.optional(),
  })
  .describe(
    "Values by the names of the template's variables. An absent value is made up or follows from the others; `null` removes it; a name that no template knows is ignored with a warning",
  );

export const previewBody = z
  .strictObject({
    template: name(65_536).describe("The whole file, front matter included"),
    channel: name(60).min(1).describe("A configured channel"),
    locale: name(40).nullish().describe("The locale of the text; absent: the shop's"),
    campaign: required.default("preview"),
    step: required.default("preview"),
    sample: sample.optional(),
    order: z
      .strictObject({ shop: required, id: name(200).min(1).transform(readId) })
      .optional()
      .describe("A stored order instead of a sample, with the other orders of its case"),
  })
  .refine((body) => body.sample === undefined || body.order === undefined, {
    error: "give sample or order, not both",
    path: ["sample"],
  });

export const preview = z.strictObject({
  text,
  locale: text,
  characters: z.int().describe("In the units that fill a segment; a signature is included"),
  segments: z.int().describe("As an SMS is billed; 1 on other channels"),
  encoding: z.enum(["GSM-7", "UCS-2", "UTF-8"]).describe("UTF-8: not an SMS"),
  cost: money.nullable().describe("The cost of one message; null: the channel has no price"),
  params: z.record(text, text).describe("The parameters of the provider's approved template"),
  approved: z
    .strictObject({ provider: text, fields: z.record(text, text) })
    .nullable()
    .describe("The provider's approved template, from the front matter"),
  subject: text.nullable().describe("Of an e-mail, from the front matter"),
  recent: z
    .strictObject({
      orders: z.int().describe("At most 100"),
      failed: z
        .int()
        .describe("So many more could not be rendered: a value that the text shows is missing, or cannot be decrypted"),
      segments: z.strictObject({ least: z.int(), usual: z.int().describe("The median"), most: z.int() }),
      cost: z
        .strictObject({ least: money, usual: money, most: money })
        .nullable()
        .describe("Of one message; null: the channel has no price"),
    })
    .nullable()
    .describe(
      "The same text for the newest orders of the shop that could use it, by the campaign's match and the buyer's locale, each order by itself. Only with a sample; null also if there are none, or if it is no SMS",
    ),
  warnings: z.array(text),
});

export const testBody = z.strictObject({
  template: name(65_536).describe("The whole file, front matter included"),
  channel: name(60).min(1).describe("A configured channel"),
  to: name(200).min(1).describe("A phone number like +8613812345678, an e-mail address or a chat handle"),
  locale: name(40).nullish().describe("The locale of the text; absent: the shop's"),
  campaign: required,
  step: required,
  shop: required.nullish().describe("A configured shop, in whose name it is sent; absent: the first"),
});
export const testSent = z.strictObject({
  kind: z.enum(["accepted", "failed-permanent", "failed-transient", "channel-fault", "unknown"]),
  key: text.describe("The key of the message, in the provider's log"),
  to: text.describe("Masked"),
  messageId: maybeText.describe("The provider's name for it"),
  segments: z.int().nullable().describe("Of an accepted SMS"),
  failure: z
    .strictObject({ code: text, message: text })
    .nullable()
    .describe("Why it was not accepted, or why nobody knows; null: it was"),
});

type Body = z.output<typeof previewBody>;
export type PreviewQuery = Omit<Body, "sample" | "order" | "locale"> & {
  /** null: the shop's. */
  readonly locale: string | null;
  readonly from:
    | { readonly sample: NonNullable<Body["sample"]> }
    | { readonly order: { readonly shop: string; readonly id: string } };
};
export type PreviewResult =
  | { readonly kind: "preview"; readonly preview: Answer<typeof preview> }
  | { readonly kind: "invalid"; readonly faults: readonly { readonly field: string; readonly message: string }[] }
  | {
      readonly kind: "invalid-template";
      readonly faults: readonly { readonly line: number; readonly message: string }[];
    }
  | { readonly kind: "not-rendered"; readonly message: string }
  | { readonly kind: "unknown-shop"; readonly shop: string }
  | { readonly kind: "unknown-order" };

type TestBody = z.output<typeof testBody>;
export type TestQuery = Omit<TestBody, "locale" | "shop"> & {
  readonly locale: string | null;
  readonly shop: string | null;
};
type Refused = Exclude<PreviewResult, { readonly kind: "preview" | "unknown-order" }>;
export type TestResult = { readonly kind: "sent"; readonly answer: Answer<typeof testSent> } | Refused;

export type TemplatesVerbs = {
  readonly preview: (query: PreviewQuery) => Promise<PreviewResult>;
  readonly sendTest: (actor: Actor, query: TestQuery) => Promise<TestResult>;
};
