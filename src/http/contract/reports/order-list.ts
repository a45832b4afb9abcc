/** The list of the orders that a figure counts. */
import { z } from "zod";
import { checkPeriod, maybe, name, page, period, readPeriod } from "../parts/query.ts";
import { type Answer, instant, maybeInstant, maybeText, money, type Page, text } from "../parts/values.ts";

const STATES = ["unpaid", "paid", "closed", "refunded"] as const;

export const ordersQuery = z
  .strictObject({
    shop: maybe(name(100)),
    state: maybe(z.enum(STATES)),
    campaign: maybe(name(200)).describe("Of the order's case; with `recovered=true` that of the reminder"),
    recovered: maybe(z.enum(["true", "false"]).transform((value) => value === "true")).describe(
      "`true`: orders that are credited to a reminder, as `recoveredOrders` counts them, by the time of the reminder; `false`: the others",
    ),
    ...period,
    q: maybe(name(200).regex(/[^\s\p{Cf}]/u, "must not be empty")).describe(
      "The order's id or number, the buyer's id or phone number. Finds orders that no figure counts, too",
    ),
    ...page,
  })
  .superRefine(checkPeriod)
  .transform(readPeriod);

export const orderItem = z.strictObject({
  shop: text,
  id: text,
  number: maybeText,
  buyer: maybeText.describe("The platform's id"),
  phone: maybeText.describe("The last reported number, masked; null for viewers"),
  state: z.enum(STATES),
  amount: money.nullable(),
  createdAt: maybeInstant,
  closesAt: maybeInstant,
  paidAt: maybeInstant,
  case: maybeText,
  campaign: maybeText.describe("Of its case"),
  recovery: z
    .strictObject({ campaign: maybeText, step: maybeText, reminder: text, remindedAt: instant, amount: money })
    .nullable()
    .describe("The reminder that its payment is credited to"),
});

export type OrderListVerbs = {
  /** `phones`: whether they are shown, masked. */
  readonly listOrders: (
    query: z.output<typeof ordersQuery> & { readonly phones: boolean },
  ) => Promise<
    | { readonly kind: "page"; readonly page: Page<Answer<typeof orderItem>> }
    | { readonly kind: "unknown_shop" | "invalid_cursor" }
  >;
};
