/** Promises to pay: a person who talked to the buyer records them. */
import { z } from "zod";
import { isStorable } from "../../core/order/plain-event.ts";
import { maybe, toWhen } from "./parts/query.ts";
import { type Answer, instant, maybeText, orderIds, text } from "./parts/values.ts";

const remark = (max: number) =>
  maybe(z.string().trim().min(1).max(max).refine(isStorable, "must not contain a NUL or half of a surrogate pair"));

export const promiseBody = z.strictObject({
  at: toWhen.describe(
    "When the buyer will pay: an RFC 3339 instant, or a time or a day (its end) in the zone of the shop. In the future, and at least `minLead` before the close",
  ),
  reason: remark(200).describe("Why it is unpaid until then, like `cannot pay online`"),
  by: remark(100).describe("The person who records it"),
});

export const promiseAnswer = z.strictObject({
  shop: text,
  case: text,
  orders: orderIds.describe("The orders of the case: the promise holds for all of them"),
  at: instant,
  reason: maybeText,
  by: maybeText,
  manual: z.boolean().describe("A person takes care of the case: it gets no reminder until it is handed back"),
  effect: text.describe("What happens to the reminders now, as a sentence"),
});

export type PromiseAnswer = Answer<typeof promiseAnswer>;
export type PromiseRecord = z.output<typeof promiseBody> & { readonly shop: string; readonly order: string };

export type PromiseResult =
  | { readonly kind: "recorded"; readonly answer: PromiseAnswer }
  | { readonly kind: "unknown_order" | "no_open_case" }
  /** `message`: why, and until when it can be. */
  | { readonly kind: "past" | "too_late"; readonly message: string };

export type PromisesVerbs = { readonly promise: (record: PromiseRecord) => Promise<PromiseResult> };
