/** What is sent to preview a template. Amounts, instants and locales are checked where the text is made, which also knows their faults. */
import { z } from "zod";

const text = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\0]*$/, "must not hold a NUL");
const name = text(100).min(1);
const decimal = text(24).meta({ example: "129.00" });
const instant = text(40).meta({ format: "date-time" });

// Objects are loose: what no template knows is passed over with a warning (preview/sample.ts), so that an order event's order can be pasted.
const item = z.looseObject({
  sku: text(200).nullish(),
  title: text(500).nullish(),
  quantity: z.int().min(0).max(1_000_000).nullish(),
  price: decimal.nullish(),
});
const items = z.array(item).max(100).nullish();
const buyer = z.looseObject({
  name: text(200).nullish(),
  tier: text(60).nullish(),
  locale: text(40).nullish(),
  timeZone: text(60).nullish(),
});
const order = z.looseObject({
  id: text(200).min(1).optional(),
  amount: decimal.optional(),
  currency: text(10).optional(),
  createdAt: instant.optional(),
  closesAt: instant.nullish(),
  payUrl: text(2_000).nullish(),
  note: text(5_000).nullish(),
  items,
  buyer: buyer.optional().describe("As in an order event; the sample's own `buyer` goes before it"),
});

const sample = z
  .looseObject({
    shop: name.optional().describe("A configured shop"),
    buyer: buyer.optional(),
    order: order.optional().describe("The first order"),
    orders: z.array(order).max(50).optional().describe("Empty: as if it were not there"),
    total: decimal.optional().describe("In the first order's currency; absent: the orders' sum"),
    count: z.int().min(0).max(50).optional().describe("Without `orders`: so many orders like the first"),
    items: items.describe("Absent: those of the orders"),
    closesAt: instant.nullish().describe("Absent: the earliest of the orders"),
    timeLeft: text(24).nullish().describe("Like 28m; absent: what is left until `closesAt`"),
    payUrl: text(2_000).nullish().describe("Absent: the first order's"),
    campaign: name.optional(),
    step: name.optional(),
  })
  .describe(
    "By the template's variables. What is absent is made up or comes of the others; `null` takes a value away; what no template knows is passed over with a warning",
  );

export const previewBody = z
  .strictObject({
    template: text(65_536).describe("The whole file, front matter included"),
    channel: text(60).min(1).describe("A configured channel"),
    locale: text(40).nullish().describe("Of the text; absent: the shop's"),
    campaign: name.default("preview"),
    step: name.default("preview"),
    sample: sample.optional(),
    order: z
      .strictObject({ shop: name, id: text(200).min(1) })
      .optional()
      .describe("A stored order instead of a sample, with the others of its case"),
  })
  .refine((body) => body.sample === undefined || body.order === undefined, {
    error: "give sample or order, not both",
    path: ["sample"],
  });
