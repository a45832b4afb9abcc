import { describe, expect, it } from "vitest";
import { foldOrder } from "../../../../src/core/order/order.ts";
import { afterFailure, judgeRetry, rescue } from "../../../../src/core/rules/retry.ts";
import { HOUR, MINUTE, SECOND } from "../../../../src/core/values/duration.ts";
import { created, event, quietOf, shopPolicy, T0 } from "../../../support/rules.ts";

const transient = (retryAfterMs: number | null = null) =>
  ({ kind: "failed-transient", code: "http_500", message: "", retryAfterMs }) as const;
const permanent = { kind: "failed-permanent", code: "http_400", message: "" } as const;
const failed = (change: Partial<Parameters<typeof afterFailure>[0]>) =>
  afterFailure({ outcome: transient(), channel: "sms", attempt: 1, next: null, now: T0, until: T0 + HOUR, ...change });
const again = (ms: number, channel = "sms") => ({ kind: "retry", at: T0 + ms, channel });

describe("after a failed attempt", () => {
  it.each([
    ["transient: a pause", {}, again(SECOND)],
    ["that doubles", { attempt: 4 }, again(8 * SECOND)],
    ["up to two minutes", { attempt: 30 }, again(2 * MINUTE)],
    ["at least what the provider asks for", { outcome: transient(90 * SECOND) }, again(90 * SECOND)],
    ["not after the last useful moment", { until: T0 + SECOND - 1 }, { kind: "end", reason: "channel_down" }],
    ["which itself is in time", { until: T0 + SECOND }, again(SECOND)],
    ["then the next channel", { until: T0 + SECOND - 1, next: "chat" }, again(0, "chat")],
    ["also after six attempts", { attempt: 6, next: "chat" }, again(0, "chat")],
    ["not after five", { attempt: 5, next: "chat" }, again(16 * SECOND)],
    ["without a next one it goes on", { attempt: 6 }, again(32 * SECOND)],
    [
      "too late for the next one, too",
      { now: T0 + 2, until: T0 + 1, next: "chat" },
      { kind: "end", reason: "channel_down" },
    ],
    ["permanent: the next channel at once", { outcome: permanent, next: "chat" }, again(0, "chat")],
    ["or the end", { outcome: permanent }, { kind: "end", reason: "rejected_by_provider" }],
  ])("%s", (_, change, expected) => expect(failed(change)).toEqual(expected));
});

describe("before it is tried again", () => {
  const shop = shopPolicy();
  const open = foldOrder([created("a", 0, { closes: 30 })], shop);
  const over = (kind: "paid" | "closed" | "refunded") => foldOrder([created("a", 0), event(kind, "a", 1)], shop);
  const cod = foldOrder([created("a", 0, { paymentMethod: "cod" })], shop);
  const judge = (change: Partial<Parameters<typeof judgeRetry>[0]>) =>
    judgeRetry({
      now: T0 + 10 * MINUTE,
      orders: [open],
      caseId: "c",
      dueAt: T0 + 5 * MINUTE,
      sends: [],
      limits: { max: 2, per: HOUR, gap: 3 * MINUTE },
      minLead: 2 * MINUTE,
      paused: false,
      until: T0 + 28 * MINUTE,
      paidAt: null,
      paidSilence: 24 * HOUR,
      promisedAt: null,
      quiet: null,
      zone: shop.timeZone,
      contact: "usable",
      ...change,
    });
  const skip = (reason: string) => ({ kind: "skip", reason });
  /** Other sends of the buyer, made and planned at these minutes. */
  const sends = (...rows: [at: number, due: number, caseId?: string][]) => ({
    sends: rows.map(([at, due, caseId = "c"]) => ({ at: T0 + at * MINUTE, dueAt: T0 + due * MINUTE, caseId })),
  });
  it.each([
    ["nothing changed", {}, { kind: "send", orders: ["a"] }],
    ["at the last useful moment", { now: T0 + 28 * MINUTE }, { kind: "send", orders: ["a"] }],
    ["too late to be paid", { now: T0 + 28 * MINUTE + 1, until: T0 + HOUR }, skip("no_time")],
    ["too late to be tried", { until: T0 + 9 * MINUTE }, skip("channel_down")],
    ["paid", { orders: [over("paid")] }, skip("paid")],
    ["closed", { orders: [over("closed")] }, skip("closed")],
    ["refunded", { orders: [over("refunded")] }, skip("refunded")],
    ["nobody may chase it now", { orders: [cod] }, skip("excluded")],
    ["gone", { orders: [undefined] }, skip("closed")],
    ["one paid of several gone", { orders: [over("closed"), over("paid")] }, skip("paid")],
    ["one of several open", { orders: [over("closed"), open] }, { kind: "send", orders: ["a"] }],
    ["another order paid", { paidAt: T0 }, skip("paid_other_order")],
    ["a moment before the silence ends", { paidAt: T0 + 10 * MINUTE - 24 * HOUR + 1 }, skip("paid_other_order")],
    ["when it ends", { paidAt: T0 + 10 * MINUTE - 24 * HOUR }, { kind: "send", orders: ["a"] }],
    ["no silence", { paidAt: T0, paidSilence: null }, { kind: "send", orders: ["a"] }],
    ["quiet hours", { quiet: quietOf("20:05", "20:28") }, { kind: "defer", until: T0 + 28 * MINUTE }],
    ["that end too late", { quiet: quietOf("20:05", "20:29") }, skip("quiet_hours")],
    ["a later reminder of the case went out", sends([6, 6]), skip("superseded")],
    ["also at this moment", sends([10, 6]), skip("superseded")],
    ["also of an order that is paid", { ...sends([6, 6]), orders: [over("paid")] }, skip("paid")],
    ["one of another case did", sends([6, 6, "d"]), { kind: "send", orders: ["a"] }],
    ["one that was planned before it did, just now", sends([9, 4]), { kind: "defer", until: T0 + 12 * MINUTE }],
    ["one of another case did just now", sends([9, 6, "d"]), { kind: "defer", until: T0 + 12 * MINUTE }],
    ["the last of them counts", sends([8, 4], [9, 3], [2, 2]), { kind: "defer", until: T0 + 12 * MINUTE }],
    ["the gap is over", sends([7, 4]), { kind: "send", orders: ["a"] }],
    ["the gap ends in time", { ...sends([9, 4]), until: T0 + 12 * MINUTE }, { kind: "defer", until: T0 + 12 * MINUTE }],
    ["the gap ends too late", { ...sends([9, 4]), until: T0 + 12 * MINUTE - 1 }, skip("gap")],
    ["the gap ends in quiet hours", { ...sends([9, 4]), quiet: quietOf("20:12", "20:20") }, skip("gap")],
    ["promised for later", { promisedAt: T0 + 20 * MINUTE }, { kind: "defer", until: T0 + 20 * MINUTE }],
    ["for the last useful moment", { promisedAt: T0 + 28 * MINUTE }, { kind: "defer", until: T0 + 28 * MINUTE }],
    ["for after it", { promisedAt: T0 + 28 * MINUTE + 1 }, skip("promised")],
    ["for now", { promisedAt: T0 + 10 * MINUTE }, { kind: "send", orders: ["a"] }],
    ["promised, and paid", { promisedAt: T0 + 20 * MINUTE, orders: [over("paid")] }, skip("paid")],
    ["the buyer opted out", { contact: "suppressed" as const }, skip("suppressed")],
    ["no contact is left", { contact: "none" as const }, skip("no_contact")],
    ["opted out within the gap", { ...sends([9, 4]), contact: "suppressed" as const }, skip("suppressed")],
    ["opted out, and paid", { contact: "suppressed" as const, orders: [over("paid")] }, skip("paid")],
    ["the cap is reached", sends([1, 1], [2, 2]), skip("cap")],
    ["one short of the cap", sends([2, 2]), { kind: "send", orders: ["a"] }],
    ["one of them no longer counts", sends([-50, 1], [2, 2]), { kind: "send", orders: ["a"] }],
    ["it counts for one moment less than the time", sends([-50 + 1, 1], [2, 2]), skip("cap")],
  ])("%s", (_, change, expected) => expect(judge(change)).toEqual(expected));
});

it("never sends again what may have left", () =>
  expect(rescue()).toEqual({ state: "unknown", reason: "unknown_outcome" }));
