import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EVENT_TYPES, type OrderPayload } from "../../../../src/core/order/event.ts";
import {
  compareEvents,
  foldOrder,
  isKnown,
  overState,
  type ReceivedEvent,
  silencingPayment,
} from "../../../../src/core/order/order.ts";
import { DAY, HOUR, MINUTE } from "../../../../src/core/values/duration.ts";
import { orderEvent, shopPolicy, T0 } from "../../../support/rules.ts";

const shop = shopPolicy();
const base = { amount: "129.00", currency: "CNY", createdAt: T0 };
const create = (change: Partial<OrderPayload> = {}) => orderEvent("e1", "order.created", T0, { ...base, ...change });

const orderArb: fc.Arbitrary<Partial<OrderPayload>> = fc.record(
  {
    amount: fc.constantFrom("1.00", "2.50", null),
    currency: fc.constantFrom("CNY", null),
    createdAt: fc.constantFrom(T0, T0 + MINUTE, null),
    closesAt: fc.constantFrom(T0 + HOUR, T0 + DAY, null),
    paidAt: fc.constantFrom(T0 + 2 * MINUTE, null),
    paymentMethod: fc.constantFrom("cod", "alipay", null),
    pendingConfirmation: fc.constantFrom(true, false, null),
    tags: fc.constantFrom(["a"], ["b", "c"], null),
    presale: fc.constantFrom(null, { depositPaid: true }, { balanceFrom: T0 + HOUR, balanceTo: T0 + DAY }),
    note: fc.constantFrom("x", null),
  },
  { requiredKeys: [] },
);
const eventArb: fc.Arbitrary<ReceivedEvent> = fc
  .tuple(fc.constantFrom(...EVENT_TYPES), fc.integer({ min: 0, max: 4 }), orderArb)
  .map(([type, at, order]) => orderEvent("", type, T0 + at * MINUTE, order));
/** Distinct ids: one id is one event. */
const eventsArb = fc
  .array(eventArb, { minLength: 1, maxLength: 7 })
  .map((events) => events.map((event, index) => ({ ...event, id: `e${index}` })));
const shuffledArb = eventsArb.chain((events) =>
  fc.tuple(
    fc.constant(events),
    fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2, maxLength: events.length * 2 }),
  ),
);

describe("the fold of an order's events", () => {
  it("does not depend on the order or the number of arrivals", () => {
    fc.assert(
      fc.property(shuffledArb, ([events, shuffled]) => {
        expect(foldOrder(shuffled, shop)).toEqual(foldOrder(events, shop));
      }),
      { numRuns: 400 },
    );
  });

  it("takes, per field, the value of the latest event that has it", () => {
    fc.assert(
      fc.property(eventsArb, (events) => {
        const order = foldOrder(events, shop);
        const latest = <K extends keyof OrderPayload>(key: K) =>
          [...events].sort(compareEvents).findLast((event) => event.order[key] != null)?.order[key] ?? null;
        expect(order.note).toBe(latest("note"));
        expect(order.paymentMethod).toBe(latest("paymentMethod"));
        expect(order.tags).toEqual(latest("tags") ?? []);
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, ReceivedEvent[], ReturnType<typeof overState>]>([
    ["created", [create()], null],
    ["paid before created", [orderEvent("e0", "order.paid", T0 + MINUTE), create()], "paid"],
    [
      "created again after paid",
      [create(), orderEvent("e2", "order.paid", T0 + 1), orderEvent("e3", "order.created", T0 + 2, base)],
      "paid",
    ],
    ["closed", [create(), orderEvent("e2", "order.closed", T0 + 1)], "closed"],
    [
      "paid after closed: a payment always counts",
      [create(), orderEvent("e2", "order.closed", T0 + 1), orderEvent("e3", "order.paid", T0 + 2)],
      "paid",
    ],
    [
      "closed after paid",
      [create(), orderEvent("e2", "order.paid", T0 + 1), orderEvent("e3", "order.closed", T0 + 2)],
      "paid",
    ],
    [
      "a later closesAt does not undo an order.closed",
      [
        create(),
        orderEvent("e2", "order.closed", T0 + 1),
        orderEvent("e3", "order.updated", T0 + 2, { closesAt: T0 + DAY }),
      ],
      "closed",
    ],
    [
      "refunded",
      [create(), orderEvent("e2", "order.paid", T0 + 1), orderEvent("e3", "order.refunded", T0 + 2)],
      "refunded",
    ],
    [
      "paid again after the refund",
      [create(), orderEvent("e2", "order.refunded", T0 + 1), orderEvent("e3", "order.paid", T0 + 2)],
      "paid",
    ],
  ])("%s", (_, events, over) => {
    expect(overState(foldOrder(events, shop))).toBe(over);
    expect(overState(foldOrder(events.toReversed(), shop))).toBe(over);
  });

  it("lets a late update with an older time change only fields that no later event set", () => {
    const late = orderEvent("e9", "order.updated", T0 - MINUTE, { amount: "1.00", note: "older", closesAt: T0 + HOUR });
    expect(foldOrder([create({ note: "newer" }), late], shop)).toMatchObject({
      amount: 12900,
      note: "newer",
      closesAt: T0 + HOUR,
    });
  });

  it.each([
    ["e2", "e10", "of e2"],
    ["a", "B", "of a"],
    ["\ud83d\ude00", "\uffee", "of \uffee"],
  ])("of %s and %s at one instant the greater by code unit is the later", (a, b, winner) => {
    const events = [a, b].map((id) => orderEvent(id, "order.updated", T0, { note: `of ${id}` }));
    expect(foldOrder(events, shop).note).toBe(winner);
    expect(foldOrder(events.toReversed(), shop).note).toBe(winner);
  });

  it("keeps a value when a later event has null for it", () => {
    const nothing = orderEvent("e2", "order.updated", T0 + 1, {
      amount: null,
      closesAt: null,
      tags: null,
      presale: null,
    });
    const events = [create({ closesAt: T0 + HOUR, tags: ["d11"], presale: { depositPaid: true } }), nothing];
    expect(foldOrder(events, shop)).toEqual(foldOrder(events.slice(0, 1), shop));
  });

  it("joins the tags of the order and its items", () => {
    const order = foldOrder([create({ tags: ["a"], items: [{ tags: ["b", "a"] }, {}, { tags: ["c"] }] })], shop);
    expect([...order.tags].sort()).toEqual(["a", "b", "c"]);
  });

  it("is known once events gave amount and creation, in any combination", () => {
    const parts = [
      orderEvent("e1", "order.updated", T0, { amount: "5.00" }),
      orderEvent("e2", "order.updated", T0, { currency: "CNY" }),
      orderEvent("e3", "order.updated", T0, { createdAt: T0 }),
    ];
    expect(parts.map((_, index) => isKnown(foldOrder(parts.slice(0, index + 1), shop)))).toEqual([false, false, true]);
  });
});

describe("when it closes by itself", () => {
  it.each([
    ["as given", T0 + HOUR, null, T0 + HOUR],
    ["as given, whatever closeAfter says", T0 + HOUR, DAY, T0 + HOUR],
    ["closeAfter after creation", null, DAY, T0 + DAY],
    ["never", null, null, null],
  ])("%s", (_, closesAt, closeAfter, expected) => {
    expect(foldOrder([create({ closesAt })], shopPolicy({ closeAfter })).closesAt).toBe(expected);
  });
});

describe("orders nobody may chase", () => {
  const freed = orderEvent("e5", "order.updated", T0 + HOUR, {
    paymentMethod: "alipay",
    pendingConfirmation: false,
    shipped: false,
    archived: false,
  });
  it.each([
    ["cash on delivery", { paymentMethod: "cod" }],
    ["cash on delivery in another case", { paymentMethod: " COD " }],
    ["pending confirmation", { pendingConfirmation: true }],
    ["shipped", { shipped: true }],
    ["archived", { archived: true }],
    ["both", { paymentMethod: "cod", pendingConfirmation: true }],
  ])("%s; once it ceases it counts as created then", (_, blocked) => {
    expect(foldOrder([create(blocked)], shop).chaseFrom).toBeNull();
    const order = foldOrder([freed, create(blocked)], shopPolicy({ closeAfter: DAY }));
    expect(order).toMatchObject({ chaseFrom: 0, createdAt: T0 + HOUR, closesAt: T0 + HOUR + DAY });
  });

  it("is chased though it was shipped or archived, where the shop says so", () => {
    const order = foldOrder([create({ shipped: true, archived: true })], shopPolicy({ chaseShipped: true }));
    expect(order).toMatchObject({ chaseFrom: 0, createdAt: T0, shipped: true });
  });

  it("is free only when both ceased, and counts from the last time it did", () => {
    const events = [
      create({ paymentMethod: "cod", pendingConfirmation: true }),
      orderEvent("e2", "order.updated", T0 + 1 * MINUTE, { paymentMethod: "alipay" }),
      orderEvent("e3", "order.updated", T0 + 2 * MINUTE, { pendingConfirmation: false }),
      orderEvent("e4", "order.updated", T0 + 3 * MINUTE, { pendingConfirmation: true }),
      orderEvent("e5", "order.updated", T0 + 4 * MINUTE, { pendingConfirmation: false }),
      orderEvent("e6", "order.updated", T0 + 5 * MINUTE, { note: "still free" }),
    ];
    const created = events.map((__, index) => {
      const { chaseFrom, createdAt } = foldOrder(events.slice(0, index + 1), shop);
      return chaseFrom === null ? null : createdAt;
    });
    expect(created).toEqual([null, null, T0 + 2 * MINUTE, null, T0 + 4 * MINUTE, T0 + 4 * MINUTE]);
  });

  it("reads the shop's own list of methods", () => {
    const own = shopPolicy({ cashOnDelivery: ["bank"] });
    expect(foldOrder([create({ paymentMethod: "cod" })], own).chaseFrom).toBe(0);
    expect(foldOrder([create({ paymentMethod: "bank" })], own).chaseFrom).toBeNull();
  });
});

describe("presale", () => {
  const presale = (change: OrderPayload["presale"]) => create({ closesAt: T0 + HOUR, presale: change });
  it("may be chased from the start of its balance window, which stands for its creation; its end for the close", () => {
    const order = foldOrder([presale({ depositPaid: true, balanceFrom: T0 + DAY, balanceTo: T0 + 2 * DAY })], shop);
    expect(order).toMatchObject({ createdAt: T0 + DAY, closesAt: T0 + 2 * DAY, chaseFrom: T0 + DAY });
  });
  it.each([[{ depositPaid: false }], [{ depositPaid: null }], [{ balanceFrom: T0, balanceTo: T0 + DAY }]])(
    "without its deposit nobody chases it: %o",
    (given) => expect(foldOrder([presale(given)], shop).chaseFrom).toBeNull(),
  );
  it("counts as created when it ceases to be pending, but not before its window", () => {
    const freedAt = (at: number) =>
      foldOrder(
        [
          create({ pendingConfirmation: true, presale: { depositPaid: true, balanceFrom: T0 + HOUR } }),
          orderEvent("e2", "order.updated", at, { pendingConfirmation: false }),
        ],
        shop,
      ).createdAt;
    expect(freedAt(T0 + MINUTE)).toBe(T0 + HOUR);
    expect(freedAt(T0 + 2 * HOUR)).toBe(T0 + 2 * HOUR);
  });
  it("merges the parts that several events gave", () => {
    const later = orderEvent("e2", "order.updated", T0 + 1, { presale: { depositPaid: true } });
    const order = foldOrder([presale({ balanceFrom: T0 + DAY, balanceTo: T0 + 2 * DAY }), later], shop);
    expect(order).toMatchObject({ chaseFrom: T0 + DAY, closesAt: T0 + 2 * DAY });
  });
});

describe("payments", () => {
  const paid = (id: string, at: number, paidAt?: number) =>
    orderEvent(id, "order.paid", at, paidAt === undefined ? {} : { paidAt });
  it.each<[string, ReceivedEvent[], number | null]>([
    ["paidAt as given", [paid("p1", T0 + 5, T0 + 3)], T0 + 3],
    ["without one, when it happened", [paid("p1", T0 + 5)], T0 + 5],
    ["the latest reported", [paid("p1", T0 + 5, T0 + 3), paid("p2", T0 + 6, T0 + 4)], T0 + 4],
    ["null keeps the old", [paid("p1", T0 + 5, T0 + 3), paid("p2", T0 + 6)], T0 + 3],
    [
      "but not across a refund",
      [paid("p1", T0 + 5, T0 + 3), orderEvent("r", "order.refunded", T0 + 6), paid("p2", T0 + 7)],
      T0 + 7,
    ],
    ["refunded since: silences nobody", [paid("p1", T0 + 5), orderEvent("r", "order.refunded", T0 + 6)], null],
    ["refund before the payment: does", [orderEvent("r", "order.refunded", T0 + 4), paid("p1", T0 + 5)], T0 + 5],
    [
      "of an order that is cash on delivery: does not",
      [paid("p1", T0 + 5), orderEvent("u", "order.updated", T0, { paymentMethod: "cod" })],
      null,
    ],
  ])("%s", (_, events, expected) => {
    expect(silencingPayment(foldOrder([create(), ...events], shop))).toBe(expected);
  });
});
