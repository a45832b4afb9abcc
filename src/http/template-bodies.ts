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

const item = z.strictObject({
  sku: text(200).nullish(),
  title: text(500).nullish(),
  quantity: z.int().min(0).max(1_000_000).nullish(),
  price: decimal.nullish(),
});
const items = z.array(item).max(100).nullish();
const order = z.strictObject({
  id: text(200).min(1).optional(),
  amount: decimal.optional(),
  currency: text(10).optional(),
  createdAt: instant.optional(),
  closesAt: instant.nullish(),
  payUrl: text(2_000).nullish(),
  note: text(5_000).nullish(),
  items,
});

const sample = z
  .strictObject({
    shop: name.optional(),
    buyer: z
      .strictObject({
        name: text(200).nullish(),
        tier: text(60).nullish(),
        locale: text(40).nullish(),
        timeZone: text(60).nullish(),
      })
      .optional(),
    order: order.optional(),
    orders: z.array(order).min(1).max(50).optional(),
    items,
    closesAt: instant.nullish(),
    payUrl: text(2_000).nullish(),
    timeLeft: text(24).optional().describe("Instead of `closesAt`, like 28m"),
    total: decimal.optional().describe("Of a single order, for short"),
    count: z.int().min(1).max(50).optional().describe("So many orders like the first"),
  })
  .describe("By the template's variables. What is absent is made up; `null` takes a value away");

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
