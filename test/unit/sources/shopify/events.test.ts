/** Shopify's webhooks → events: exact ids, the state of the order, the time of the event, and what they fold to. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OrderEvent } from "../../../../src/core/order/event.ts";
import { foldOrder, overState, silencingPayment } from "../../../../src/core/order/order.ts";
import { type Change, first, ORDER, parsed, read, SHOP, typesOf } from "./sample.ts";

const ms = (text: string) => Date.parse(text);

describe("ids", () => {
  const big = '{"id":820982911946154508,"admin_graphql_api_id":"gid://shopify/Order/820982911946154508"';
  const rest = JSON.stringify(ORDER).replace(/^.*?"cancel_reason"/, '"cancel_reason"');

  test("of 64 bits are exact, by the GraphQL id", () => {
    const result = read("orders/create", `${big},${rest}`);
    expect(result).toMatchObject({ ok: true, events: [{ order: { id: "820982911946154508" } }] });
  });

  test("of 64 bits are exact without the GraphQL id, and no other field changes", () => {
    const raw =
      `{"id" : 820982911946154509 ,"note":"no \\"id\\": 820982911946154500, 1234567890123456789","total_price":186.1234567890123456,"x":1e21,${rest}`.replace(
        /"customer":\{"id":\d+,"admin_graphql_api_id":"[^"]*"/,
        '"customer":{"id":115310627314723957',
      );
    const withNote = raw.replace(',"note":null', "");
    const result = read("orders/create", withNote);
    expect(result).toMatchObject({
      ok: true,
      events: [
        {
          order: {
            id: "820982911946154509",
            buyer: { id: "115310627314723957" },
            note: 'no "id": 820982911946154500, 1234567890123456789',
            amount: "186.90",
          },
        },
      ],
    });
  });

  test("of another kind are not the order's id", () => {
    const over = { id: 1.5, admin_graphql_api_id: "gid://shopify/DraftOrder/12" };
    expect(read("orders/create", { ...ORDER, ...over })).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^id: /),
    });
  });

  test("of the event are Shopify's webhook id, or a hash of topic and body", () => {
    const without = { "x-shopify-webhook-id": undefined };
    const id = first("orders/create", {}, without).id;
    expect(id).toMatch(/^shopify-[0-9a-f]{40}$/);
    expect(first("orders/create", {}, without).id).toBe(id);
    expect(first("orders/updated", {}, without).id).not.toBe(id);
    expect(first("orders/create", { tags: "other" }, without).id).not.toBe(id);
  });
});

describe("the state of an order", () => {
  test("partly refunded is paid, with a refund for each that gave money back", () => {
    const transaction = { kind: "refund", status: "success", amount: "30.00", currency: "HKD" };
    const refunds = [
      { id: 7, transactions: [transaction, { ...transaction, amount: "1.50" }, { ...transaction, status: "failure" }] },
      { id: 8, transactions: [] },
    ];
    const events = parsed("orders/updated", { financial_status: "partially_refunded", refunds });
    expect(events.map(({ id, type, order }) => [id, type, order.amount ?? null]).slice(1)).toEqual([
      ["shopify-order-6200407294252-paid", "order.paid", null],
      ["shopify-order-6200407294252-refund-7", "order.refunded", "31.50"],
    ]);
    const order = foldOrder([...parsed("orders/create", {}), ...events], SHOP);
    expect([overState(order), order.amount, order.parts?.refundedPart]).toEqual(["paid", 18690, 3150]);
  });

  test.each<[string, Change, string[]]>([
    ["orders/create", { financial_status: "paid" }, ["order.created", "order.paid"]],
    ["orders/create", { financial_status: "authorized" }, ["order.created", "order.paid"]],
    ["orders/updated", { financial_status: "paid" }, ["order.updated", "order.paid"]],
    ["orders/updated", { financial_status: "partially_refunded" }, ["order.updated", "order.paid"]],
    ["orders/updated", { financial_status: "partially_paid" }, ["order.updated"]],
    ["orders/updated", { financial_status: "refunded" }, ["order.updated", "order.refunded"]],
    ["orders/updated", { financial_status: "voided" }, ["order.updated", "order.refunded"]],
    ["orders/paid", { financial_status: "paid" }, ["order.updated", "order.paid"]],
    ["orders/paid", { financial_status: undefined }, ["order.updated", "order.paid"]],
    ["orders/paid", { financial_status: "pending" }, ["order.updated"]],
    [
      "orders/cancelled",
      { financial_status: "voided", cancelled_at: "2026-11-10T21:00:00+08:00" },
      ["order.updated", "order.closed"],
    ],
    ["orders/updated", { cancelled_at: "2026-11-10T21:00:00+08:00" }, ["order.updated", "order.closed"]],
    ["orders/cancelled", { cancelled_at: undefined }, ["order.updated", "order.closed"]],
    ["orders/cancelled", { cancelled_at: null }, ["order.updated"]],
    [
      "orders/cancelled",
      { financial_status: "refunded", cancelled_at: "2026-11-10T21:00:00+08:00" },
      ["order.updated", "order.refunded", "order.closed"],
    ],
  ])("%s %j", (topic, over, types) => {
    expect(typesOf(topic, over)).toEqual(types);
  });

  test("a cancellation has its time and reason", () => {
    const over = { cancelled_at: "2026-11-10T21:00:00+08:00", cancel_reason: "customer", financial_status: "voided" };
    const closed = parsed("orders/cancelled", over)[1];
    expect(closed).toMatchObject({
      type: "order.closed",
      order: { closedAt: ms("2026-11-10T13:00:00Z"), reason: "customer" },
    });
    expect(closed?.order.id).toBe("6200407294252");
  });

  test("an order that is over reports its amount in the first event only", () => {
    expect(first("orders/create", { financial_status: "paid", total_outstanding: "0.00" }).order.amount).toBe("186.90");
    expect(first("orders/updated", { financial_status: "paid", total_outstanding: "0.00" }).order.amount).toBeNull();
  });

  test("an order that costs nothing has the amount zero, and is paid from the beginning", () => {
    const free = {
      total_price: "0.00",
      current_total_price: "0.00",
      total_outstanding: "0.00",
      financial_status: "paid",
    };
    expect(first("orders/create", free).order.amount).toBe("0.00");
    expect(typesOf("orders/create", free)).toEqual(["order.created", "order.paid"]);
  });

  const at = (time: string, over: Change) => ({ ...over, updated_at: `2026-11-10T${time}+08:00` });
  const id = (name: string) => ({ "x-shopify-webhook-id": name, "x-shopify-triggered-at": undefined });
  const story = [
    parsed("orders/create", at("20:00:00", {}), id("w1")),
    parsed("orders/updated", at("20:05:00", { total_outstanding: "150.00" }), id("w2")),
    parsed("orders/paid", at("20:30:00", { financial_status: "paid", total_outstanding: "0.00" }), id("w3")),
  ];
  const shipped = parsed(
    "orders/updated",
    at("22:00:00", { financial_status: "paid", total_outstanding: "0.00" }),
    id("w4"),
  );
  /** As intake does: the first event of an id counts. */
  const fold = (batches: OrderEvent[][]) => {
    const seen = new Map<string, OrderEvent>();
    for (const event of batches.flat()) if (!seen.has(event.id)) seen.set(event.id, event);
    return foldOrder([...seen.values()], SHOP);
  };

  test("folds to one payment, though later updates repeat it", () => {
    const order = fold([...story, shipped]);
    expect(order).toMatchObject({ amount: 15_000, paidAt: ms("2026-11-10T12:30:00Z") });
    expect(overState(order)).toBe("paid");
  });

  test("folds to the same order whatever the arrival, each webhook twice", () => {
    const expected = fold(story);
    const twice = fc.shuffledSubarray([...story, ...story], { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(twice, (batches) => {
        expect(fold(batches)).toEqual(expected);
      }),
    );
  });

  test("a released authorization does not count as paid and does not silence", () => {
    const authorized = parsed("orders/create", at("20:00:00", { financial_status: "authorized" }), id("w1"));
    const voided = parsed("orders/updated", at("21:00:00", { financial_status: "voided" }), id("w2"));
    expect(silencingPayment(fold([authorized]))).toBe(ms("2026-11-10T12:00:00Z"));
    expect(overState(fold([authorized, voided]))).toBe("refunded");
    expect(silencingPayment(fold([voided, authorized]))).toBeNull();
  });
});

describe("the time of an event", () => {
  test.each<[string, string | undefined, string | undefined, string]>([
    ["updated_at", "2026-11-10T20:05:00+08:00", undefined, "2026-11-10T12:05:00Z"],
    [
      "to the millisecond within its second",
      "2026-11-10T20:05:00+08:00",
      "2026-11-10T12:05:00.123456Z",
      "2026-11-10T12:05:00.123Z",
    ],
    ["never beyond that second", "2026-11-10T20:05:00+08:00", "2026-11-10T12:09:00Z", "2026-11-10T12:05:00.999Z"],
    ["never before it", "2026-11-10T20:05:00+08:00", "2026-11-10T12:04:00Z", "2026-11-10T12:05:00Z"],
    ["else the trigger", undefined, "2026-11-10T12:09:00.5Z", "2026-11-10T12:09:00.500Z"],
    ["else the arrival", undefined, "yesterday", "2026-11-10T13:00:00Z"],
  ])("is %s", (_name, updated_at, triggered, expected) => {
    const event = first("orders/updated", { updated_at }, { "x-shopify-triggered-at": triggered });
    expect(new Date(event.occurredAt).toISOString()).toBe(new Date(expected).toISOString());
  });
});
