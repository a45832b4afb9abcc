import { describe, expect, it } from "vitest";
import { foldOrder, type Order } from "../../../../src/core/order/order.ts";
import { newBuyer, type OpenCase } from "../../../../src/core/rules/buyer-state.ts";
import { afterFailure, afterUnknown, judgeRetry, rescue } from "../../../../src/core/rules/retry.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../../src/core/values/duration.ts";
import type { QuietHours } from "../../../../src/core/values/policy.ts";
import { campaignOf, created, event, quietOf, shopPolicy, T0 } from "../../../support/rules.ts";

const transient = (retryAfterMs: number | null = null) =>
  ({ kind: "failed-transient", code: "http_500", message: "", retryAfterMs }) as const;
const permanent = { kind: "failed-permanent", code: "http_400", message: "" } as const;
const fault = { kind: "channel-fault", code: "no_balance", message: "", resumeInMs: null } as const;
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
    ["a channel at fault: the next channel at once", { outcome: fault, next: "chat" }, again(0, "chat")],
    ["or the same one, however often, until it is useless", { outcome: fault, attempt: 9 }, again(2 * MINUTE)],
    ["but not after that", { outcome: fault, until: T0 }, { kind: "end", reason: "channel_down" }],
    ["or the end", { outcome: permanent }, { kind: "end", reason: "rejected_by_provider" }],
  ])("%s", (_, change, expected) => expect(failed(change)).toEqual(expected));
});

type Given = {
  readonly now?: number;
  readonly until?: number;
  readonly orders?: readonly Order[];
  /** Ids of orders that are not known any more. */
  readonly gone?: readonly string[];
  readonly sends?: readonly { readonly at: number; readonly dueAt: number; readonly caseId: string }[];
  readonly paidAt?: number;
  readonly paidSilence?: number | null;
  readonly promisedAt?: number;
  readonly hold?: OpenCase["hold"];
  readonly quiet?: QuietHours;
  readonly contact?: "usable" | "suppressed" | "none";
};

const promising = (at: number): OpenCase => ({
  id: "c",
  openedAt: T0,
  campaign: campaignOf(),
  members: [],
  counted: [],
  rows: [],
  hadPlan: true,
  manual: null,
  hold: null,
  promise: { at, recordedAt: T0 },
  departures: null,
  whole: null,
});

const openOf = ({ promisedAt, hold = null }: Given): OpenCase | null =>
  promisedAt === undefined && hold === null ? null : { ...promising(promisedAt ?? T0), hold };

describe("before a retry", () => {
  const shop = shopPolicy();
  const open = foldOrder([created("a", 0, { closes: 30 })], shop);
  const over = (kind: "paid" | "closed" | "refunded") => foldOrder([created(kind, 0), event(kind, kind, 1)], shop);
  const cod = foldOrder([created("a", 0, { paymentMethod: "cod" })], shop);
  const judge = (change: Given) => {
    const input = { now: T0 + 10 * MINUTE, until: T0 + 28 * MINUTE, orders: [open], sends: [], ...change };
    const { contact = "usable" } = input;
    return judgeRetry({
      now: input.now,
      state: {
        ...newBuyer(shop, 1),
        orders: new Map(input.orders.map((order) => [order.id, { order, reportedAt: 0, settled: {} }])),
        sends: input.sends.map((send) => ({ ...send, campaign: "default", step: "other", orders: [] })),
        otherPaidAt: input.paidAt ?? null,
        open: openOf(input),
      },
      campaign: campaignOf({
        limits: { max: 2, per: HOUR, gap: 3 * MINUTE },
        quietHours: input.quiet ?? "off",
        staleAfter: DAY,
        ...(input.paidSilence === undefined ? {} : { paidSilence: input.paidSilence }),
      }),
      retry: {
        step: "nudge",
        caseId: "c",
        at: T0 + 5 * MINUTE,
        latest: input.until,
        orders: input.gone ?? input.orders.map(({ id }) => id),
      },
      usable: contact === "usable" ? { channel: "sms" } : { channel: null, why: contact },
    });
  };
  const send = { kind: "send", channel: "sms", orders: ["a"] };
  const defer = (minutes: number, rule: string) => ({ kind: "defer", rule, until: T0 + minutes * MINUTE });
  const skip = (reason: string) => ({ kind: "skip", reason });
  /** Other sends of the buyer, made and planned at these minutes. */
  const sends = (...rows: [at: number, due: number, caseId?: string][]) => ({
    sends: rows.map(([at, due, caseId = "c"]) => ({ at: T0 + at * MINUTE, dueAt: T0 + due * MINUTE, caseId })),
  });
  it.each([
    ["nothing changed", {}, send],
    ["at the last useful moment", { now: T0 + 28 * MINUTE }, send],
    ["too late to be paid", { now: T0 + 28 * MINUTE + 1, until: T0 + HOUR }, skip("no_time")],
    ["too late to be tried", { until: T0 + 9 * MINUTE }, skip("channel_down")],
    ["paid", { orders: [over("paid")] }, skip("paid")],
    ["closed", { orders: [over("closed")] }, skip("closed")],
    ["refunded", { orders: [over("refunded")] }, skip("refunded")],
    ["nobody may chase it now", { orders: [cod] }, skip("excluded")],
    ["gone", { gone: ["x"] }, skip("closed")],
    ["one paid of several gone", { orders: [over("closed"), over("paid")] }, skip("paid")],
    ["one of several open", { orders: [over("closed"), open] }, send],
    ["another order paid", { paidAt: T0 }, skip("paid_other_order")],
    ["a moment before the silence ends", { paidAt: T0 + 10 * MINUTE - 24 * HOUR + 1 }, skip("paid_other_order")],
    ["when it ends", { paidAt: T0 + 10 * MINUTE - 24 * HOUR }, send],
    ["no silence", { paidAt: T0, paidSilence: null }, send],
    ["quiet hours", { quiet: quietOf("20:05", "20:28") }, defer(28, "quiet")],
    ["that end too late", { quiet: quietOf("20:05", "20:29") }, skip("quiet_hours")],
    ["a later reminder of the case went out", sends([6, 6]), skip("superseded")],
    ["also at this moment", sends([10, 6]), skip("superseded")],
    ["also of an order that is paid", { ...sends([6, 6]), orders: [over("paid")] }, skip("paid")],
    ["one of another case did", sends([6, 6, "d"]), send],
    ["one that was planned before it did, just now", sends([9, 4]), defer(12, "gap")],
    ["one of another case did just now", sends([9, 6, "d"]), defer(12, "gap")],
    ["the last of them counts", sends([8, 4], [9, 3], [2, 2]), defer(12, "gap")],
    ["the gap is over", sends([7, 4]), send],
    ["the gap ends in time", { ...sends([9, 4]), until: T0 + 12 * MINUTE }, defer(12, "gap")],
    ["the gap ends too late", { ...sends([9, 4]), until: T0 + 12 * MINUTE - 1 }, skip("gap")],
    ["the gap ends in quiet hours", { ...sends([9, 4]), quiet: quietOf("20:12", "20:20") }, skip("gap")],
    ["promised for later", { promisedAt: T0 + 20 * MINUTE }, defer(20, "promise")],
    ["for the last useful moment", { promisedAt: T0 + 28 * MINUTE }, defer(28, "promise")],
    ["for after it", { promisedAt: T0 + 28 * MINUTE + 1 }, skip("promised")],
    ["for now", { promisedAt: T0 + 10 * MINUTE }, send],
    ["promised, and paid", { promisedAt: T0 + 20 * MINUTE, orders: [over("paid")] }, skip("paid")],
    ["a person has the case", { hold: { until: T0 + HOUR, isOver: false } }, skip("manual")],
    ["a person had it", { hold: { until: T0, isOver: true } }, send],
    ["the buyer opted out", { contact: "suppressed" as const }, skip("suppressed")],
    ["no contact is left", { contact: "none" as const }, skip("no_contact")],
    ["opted out within the gap", { ...sends([9, 4]), contact: "suppressed" as const }, skip("suppressed")],
    ["opted out, and paid", { contact: "suppressed" as const, orders: [over("paid")] }, skip("paid")],
    ["the cap is reached", sends([1, 1], [2, 2]), skip("cap")],
    ["one short of the cap", sends([2, 2]), send],
    ["one of them no longer counts", sends([-50, 1], [2, 2]), send],
    ["it counts for one moment less than the time", sends([-50 + 1, 1], [2, 2]), skip("cap")],
  ])("%s", (_, change: Given, expected) => expect(judge(change)).toEqual(expected));
});

it("never repeats a send that may have left", () =>
  expect(rescue()).toEqual({ state: "unknown", reason: "unknown_outcome" }));

describe("after an unknown outcome", () => {
  const unknown = (change: Partial<Parameters<typeof afterUnknown>[0]>) =>
    afterUnknown({ idempotent: true, attempt: 1, retryAfterMs: 0, now: T0, until: T0 + HOUR, ...change });
  const end = { kind: "end", reason: "unknown_outcome" };

  it.each([
    ["the same message follows after a second", {}, { kind: "again", at: T0 + 1_000 }],
    ["the pauses double", { attempt: 5 }, { kind: "again", at: T0 + 16_000 }],
    ["the pauses are 2 minutes at most", { attempt: 50 }, { kind: "again", at: T0 + 120_000 }],
    ["a longer pause that the provider asks for is kept", { retryAfterMs: 9_000 }, { kind: "again", at: T0 + 9_000 }],
    ["it may come at the end", { until: T0 + 1_000 }, { kind: "again", at: T0 + 1_000 }],
    ["it does not come after the end", { until: T0 + 999 }, end],
    ["nothing follows without the promise to drop repetitions", { idempotent: false }, end],
  ])("%s", (_name, change, expected) => {
    expect(unknown(change)).toEqual(expected);
  });
});
