import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OrderPayload } from "../../../../src/core/order/event.ts";
import { foldOrder, overState, type ReceivedEvent, silencingPayment } from "../../../../src/core/order/order.ts";
import { HOUR } from "../../../../src/core/values/duration.ts";
import { orderEvent, shopPolicy, T0 } from "../../../support/rules.ts";

const created = (amount = "100.00") => orderEvent("c", "order.created", T0, { amount, currency: "CNY", createdAt: T0 });
const event = (
  type: "paid" | "refunded" | "updated",
  at: number,
  order: Partial<OrderPayload> = {},
  id = `${type}${at}`,
) => orderEvent(id, `order.${type}`, T0 + at, order);
const paid = (at: number, amount?: string, more: Partial<OrderPayload> = {}) => event("paid", at, { amount, ...more });
const refunded = (at: number, amount?: string) => event("refunded", at, { amount });

/** The state of the order, what it costs or still owes, what was refunded of it, and when it was paid after T0. */
function facts(...events: readonly ReceivedEvent[]) {
  const order = foldOrder(events, shopPolicy());
  return [
    overState(order) ?? "unpaid",
    order.amount,
    order.parts?.refundedPart ?? 0,
    order.paidAt === null ? null : order.paidAt - T0,
  ];
}

describe("payments in parts", () => {
  it.each<[string, ReceivedEvent[], [string, number | null, number, number | null]]>([
    ["a part leaves the rest", [created(), paid(1, "30.00")], ["unpaid", 7000, 0, null]],
    ["parts add up", [created(), paid(1, "30.00"), paid(2, "30.00")], ["unpaid", 4000, 0, null]],
    ["the last part pays the whole", [created(), paid(1, "30.00"), paid(2, "70.00")], ["paid", 10000, 0, 2]],
    ["a payment of the whole pays the rest", [created(), paid(1, "30.00"), paid(2)], ["paid", 10000, 0, 2]],
    ["the exact amount is the whole", [created(), paid(1, "100.00")], ["paid", 10000, 0, 1]],
    ["more than the whole is the whole", [created(), paid(1, "120.00")], ["paid", 10000, 0, 1]],
    ["zero says nothing about a part", [created(), paid(1, "0.00")], ["paid", 10000, 0, 1]],
    ["another currency cannot be compared", [created(), paid(1, "5.00", { currency: "USD" })], ["paid", 10000, 0, 1]],
    ["the order's own currency can", [created(), paid(1, "5", { currency: "CNY" })], ["unpaid", 9500, 0, null]],
    [
      "a price that falls to the parts is paid",
      [created(), paid(1, "30.00"), event("updated", 2, { amount: "30.00" })],
      ["paid", 3000, 0, 1],
    ],
    [
      "a price that rises after the payment stays paid",
      [created(), paid(1, "100.00"), event("updated", 2, { amount: "120.00" })],
      ["paid", 12000, 0, 1],
    ],
    [
      "a price that rises after a part raises the rest",
      [created(), paid(1, "30.00"), event("updated", 2, { amount: "120.00" })],
      ["unpaid", 9000, 0, null],
    ],
    ["without a price any payment is the whole", [event("updated", 0), paid(1, "30.00")], ["paid", null, 0, 1]],
    ["a part before the order is known", [paid(-1, "30.00"), created()], ["unpaid", 7000, 0, null]],
    [
      "the time of the part that completes it",
      [created(), paid(1, "30.00"), paid(2, "70.00", { paidAt: T0 + HOUR })],
      ["paid", 10000, 0, HOUR],
    ],
  ])("%s", (_, events, expected) => {
    expect(facts(...events)).toEqual(expected);
    expect(facts(...events.toReversed(), ...events)).toEqual(expected);
  });

  it("do not silence reminders until the whole is paid", () => {
    expect(silencingPayment(foldOrder([created(), paid(1, "30.00")], shopPolicy()))).toBeNull();
    expect(silencingPayment(foldOrder([created(), paid(1, "30.00"), paid(2, "70.00")], shopPolicy()))).toBe(T0 + 2);
  });
});

describe("a payment that is reported again", () => {
  const at = (hours: number) => ({ paidAt: T0 + hours * HOUR });
  it.each<[string, ReceivedEvent[], number]>([
    [
      "without its time is the same payment, whichever id its event has",
      [created(), paid(HOUR), paid(30 * HOUR)],
      HOUR,
    ],
    ["without its time keeps the given one", [created(), paid(HOUR, undefined, at(0.5)), paid(30 * HOUR)], HOUR / 2],
    ["with its time corrects it", [created(), paid(HOUR), paid(30 * HOUR, undefined, at(0.5))], HOUR / 2],
    [
      "in parts, and then as a whole, was paid with the last part",
      [created(), paid(1, "40"), paid(HOUR, "60"), paid(30 * HOUR)],
      HOUR,
    ],
    ["after a refund is a new one", [created(), paid(HOUR), refunded(2 * HOUR), paid(30 * HOUR)], 30 * HOUR],
  ])("%s", (_, events, paidAt) => {
    expect(facts(...events)[3]).toBe(paidAt);
    expect(facts(...events.toReversed(), ...events)[3]).toBe(paidAt);
  });
});

describe("refunds in parts", () => {
  it.each<[string, ReceivedEvent[], [string, number | null, number, number | null]]>([
    ["a part leaves the order paid", [created(), paid(1), refunded(2, "30.00")], ["paid", 10000, 3000, 1]],
    ["parts add up", [created(), paid(1), refunded(2, "30.00"), refunded(3, "20.00")], ["paid", 10000, 5000, 1]],
    [
      "parts of the whole are a refund",
      [created(), paid(1), refunded(2, "30.00"), refunded(3, "70.00")],
      ["refunded", 10000, 0, 1],
    ],
    ["no amount is the whole", [created(), paid(1), refunded(2)], ["refunded", 10000, 0, 1]],
    [
      "all of a part payment is the whole",
      [created(), paid(1, "30.00"), refunded(2, "30.00")],
      ["refunded", 10000, 0, null],
    ],
    [
      "some of a part payment is not asked for again",
      [created(), paid(1, "30.00"), refunded(2, "10.00")],
      ["unpaid", 7000, 0, null],
    ],
    [
      "money that was paid too much is no loss",
      [created(), paid(1, "120.00"), refunded(2, "20.00")],
      ["paid", 10000, 0, 1],
    ],
    ["nobody reported the payment", [created(), refunded(2, "30.00")], ["refunded", 10000, 0, null]],
    ["the payment becomes known later", [created(), refunded(2, "30.00"), paid(3)], ["paid", 10000, 3000, 3]],
    [
      "a payment after the whole was refunded is a new one",
      [created(), paid(1), refunded(2), paid(3, "30.00")],
      ["paid", 10000, 0, 3],
    ],
  ])("%s", (_, events, expected) => {
    expect(facts(...events)).toEqual(expected);
    expect(facts(...events.toReversed(), ...events)).toEqual(expected);
  });
});

describe("an order of zero", () => {
  it("is owed by nobody, and counts as created when it costs something", () => {
    const free = foldOrder([created("0.00")], shopPolicy());
    expect([free.amount, free.chaseFrom]).toEqual([0, null]);
    const events = [created("0"), event("updated", HOUR, { amount: "5.00" })];
    expect(foldOrder(events, shopPolicy())).toMatchObject({ amount: 500, chaseFrom: 0, createdAt: T0 + HOUR });
    const back = foldOrder([...events, event("updated", 2 * HOUR, { amount: "0.000000" })], shopPolicy());
    expect(back.chaseFrom).toBeNull();
  });
});

it("owes what is left: never below one coin while it is unpaid, and the parts are the difference to the price", () => {
  const amounts = fc.constantFrom("0.01", "20.00", "50.00", "99.99", "100.00", undefined);
  const events = fc.array(fc.tuple(fc.constantFrom("paid" as const, "refunded" as const), amounts), { maxLength: 6 });
  fc.assert(
    fc.property(events, (list) => {
      const order = foldOrder(
        [created(), ...list.map(([type, amount], n) => event(type, n + 1, { amount }, `e${n}`))],
        shopPolicy(),
      );
      const state = overState(order);
      if (state !== null) expect(order.amount).toBe(10_000);
      else {
        expect(order.amount).toBeGreaterThan(0);
        expect(order.amount).toBe(10_000 - (order.parts?.paidPart ?? 0));
      }
      expect(order.parts?.refundedPart ?? 0).toBeLessThan(10_000);
    }),
  );
});
