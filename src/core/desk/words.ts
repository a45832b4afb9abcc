/** The words of the follow-up desk, as they are stored and shown. */
import { MINUTE } from "../values/duration.ts";

/** `high_value`: the case reached `manual.amountAtLeast`; `no_contact`: no channel of its steps has a contact; `promise`: the buyer did not pay by the time that they had said. */
export const TASK_KINDS = ["high_value", "call", "no_contact", "promise", "unknown"] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

export const TASK_STATES = ["open", "claimed", "done"] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** How a task ends by itself (drizzle/0044_case_holds.sql). `moved`: its orders are another buyer's now; `promised`: the buyer said again when they will pay. */
export const TASK_ENDS = ["paid", "refunded", "closed", "erased", "moved", "handed_back", "promised"] as const;
export type TaskEnd = (typeof TASK_ENDS)[number];

/** How a person ends it, or leaves it for later (`not_reached`, `order_changed`). */
export const TASK_OUTCOMES = ["will_pay", "not_reached", "refused", "opted_out", "order_changed", "done"] as const;
export type TaskOutcome = (typeof TASK_OUTCOMES)[number];

/** `kept`: paid by then; `replaced`: by a later promise; `ended`: before its time, without a payment. */
export const PROMISE_STATES = ["open", "kept", "broken", "replaced", "ended"] as const;
export type PromiseState = (typeof PROMISE_STATES)[number];

/** Why it ended (drizzle/0042_promises.sql). `excluded`: nobody may chase its orders any more. */
export const PROMISE_ENDS = ["closed", "refunded", "excluded", "erased", "moved"] as const;
export type PromiseEnd = (typeof PROMISE_ENDS)[number];

export const CONTACT_WAYS = ["call", "chat"] as const;
export const CONTACT_RESULTS = ["reached", "no_answer", "wrong_number"] as const;

/** Why an order is unpaid, as the buyer says. */
export const BUYER_REASONS = [
  "cannot_pay_online",
  "somebody_else_pays",
  "pays_later",
  "waits_for_price",
  "wants_combined_postage",
  "doubts_goods",
  "wrong_address",
  "wrong_order",
  "bought_elsewhere",
  "no_longer_wanted",
  "other",
] as const;
export type BuyerReason = (typeof BUYER_REASONS)[number];

/** A task that nobody has claimed is overdue at its time, or so long after it was made if it has none. ms */
export const OVERDUE_AFTER = 5 * MINUTE;

/** Later than any instant of a case: the person keeps it. */
export const KEPT = Date.UTC(9999, 0);
