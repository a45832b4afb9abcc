/** Promises to pay: a person who talked to the buyer records them. */
import { z } from "zod";
import { PROMISE_ENDS, PROMISE_STATES } from "../../core/desk/words.ts";
import { isStorable } from "../../core/order/plain-event.ts";
import { maybe, name, page, storedId, toWhen } from "./parts/query.ts";
import { type Answer, instant, maybeInstant, maybeText, money, orderIds, type Page, text } from "./parts/values.ts";

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

export const promisesQuery = z.strictObject({
  shop: maybe(storedId(100)),
  state: maybe(z.enum(PROMISE_STATES)).describe("`open`: the soonest first; else the last first"),
  by: maybe(name(100)).describe("Who recorded it"),
  ...page,
});

export const promiseItem = z.strictObject({
  id: text,
  shop: text,
  case: text,
  task: maybeText.describe("The task by which it was recorded; null: without one"),
  campaign: maybeText,
  buyer: maybeText
    .describe("The phone number, masked, for an operator; null: none is shown")
    .meta({ example: "+86138****8000" }),
  orders: orderIds.describe("Those of the case when it was recorded"),
  amount: z.array(money).describe("Of its orders, by currency"),
  closesAt: maybeInstant.describe("When the first of its orders closes"),
  at: instant.describe("When the buyer will pay"),
  recordedAt: instant,
  by: maybeText.describe("Who recorded it"),
  reason: maybeText.describe("Why it is unpaid until then"),
  state: z
    .enum(PROMISE_STATES)
    .describe(
      "`kept`: paid by then; `broken`: not; `replaced`: by a later one; `ended`: before its time, without a payment",
    ),
  why: z.enum(PROMISE_ENDS).nullable().describe("How it ended before its time"),
  endedAt: maybeInstant.describe("When it was kept, broken, replaced or ended"),
});

export type PromiseAnswer = Answer<typeof promiseAnswer>;
export type PromiseRecord = z.output<typeof promiseBody> & { readonly shop: string; readonly order: string };

export type PromiseResult =
  | { readonly kind: "recorded"; readonly answer: PromiseAnswer }
  | { readonly kind: "unknown_order" | "no_open_case" }
  /** `message`: why, and until when it can be. */
  | { readonly kind: "past" | "too_late"; readonly message: string };

export type PromisesVerbs = {
  readonly promise: (record: PromiseRecord) => Promise<PromiseResult>;
  /** null: the cursor is not valid. `phones`: whether they are shown, masked. */
  readonly listPromises: (
    query: z.output<typeof promisesQuery> & { readonly phones: boolean },
  ) => Promise<Page<Answer<typeof promiseItem>> | null>;
};
