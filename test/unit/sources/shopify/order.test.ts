/** One Shopify order → the order of an event: amount, payment method, buyer. */
import { describe, expect, test } from "vitest";
import { foldOrder } from "../../../../src/core/order/order.ts";
import { type Change, first, parsed, read, SHOP, typesOf } from "./sample.ts";

const ms = (text: string) => Date.parse(text);

describe("an unpaid order", () => {
  test("reports a changed price", () => {
    const updated = first("orders/updated", { total_outstanding: "86.90", updated_at: "2026-11-10T20:05:00+08:00" });
    expect(updated).toMatchObject({
      type: "order.updated",
      order: { amount: "86.90" },
      occurredAt: ms("2026-11-10T12:05:00Z"),
    });
  });

  test.each<[Change, string]>([
    [{ financial_status: "partially_paid", total_outstanding: "50.00" }, "50.00"],
    [{ total_outstanding: undefined }, "186.90"],
    [{ total_outstanding: undefined, current_total_price: undefined }, "199.00"],
    [{ total_outstanding: "1000", currency: "JPY" }, "1000"],
  ])("owes the outstanding amount: %j", (over, amount) => {
    expect(first("orders/create", over).order).toMatchObject({ amount, pendingConfirmation: false });
  });

  test.each(["0.00", "-5.00"])("with %s outstanding has its payment on the way", (total_outstanding) => {
    expect(first("orders/create", { total_outstanding }).order).toMatchObject({
      amount: "186.90",
      pendingConfirmation: true,
    });
  });

  test.each(["pending", "expired", null, undefined])("stays unpaid at financial_status %s", (financial_status) => {
    expect(typesOf("orders/create", { financial_status })).toEqual(["order.created"]);
  });

  test("placed as a test counts, and has the tag shopify-test", () => {
    expect(first("orders/create", { test: true }).order.tags).toEqual(["d11", "vip", "雙11", "shopify-test"]);
  });
});

test("an order with fields that are too long is accepted, with the fields cut", () => {
  const { order } = first("orders/create", {
    line_items: [{ title: `${"x".repeat(499)}🎁`, quantity: 5_000_000, price: "1" }, null, "x", { quantity: 1.5 }],
    order_status_url: `https://shop.example/${"o".repeat(2000)}`,
    tags: Array.from({ length: 300 }, (_, i) => `tag${i}`).join(),
    note: "n".repeat(9000),
  });
  expect(order.items).toEqual([
    { sku: null, title: "x".repeat(499), quantity: 1_000_000, price: "1" },
    { sku: null, title: null, quantity: null, price: null },
  ]);
  expect(order).toMatchObject({ payUrl: null, note: "n".repeat(5000) });
  expect(order.tags).toHaveLength(199);
});

describe("in the currency that the buyer saw", () => {
  const set = (shop: string, amount: string) => ({
    shop_money: { amount: shop, currency_code: "HKD" },
    presentment_money: { amount, currency_code: "USD" },
  });
  const sets = { total_price_set: set("199.00", "25.60"), current_total_price_set: set("186.90", "24.04") };
  const line = { title: "Pen", quantity: 1, price: "100.00", price_set: set("100.00", "12.86") };
  const seen = (over: Change) => {
    const { amount, currency, items } = first("orders/create", over).order;
    return [amount, currency, items?.[0]?.price ?? null];
  };

  test.each<[string, Change, (string | null)[]]>([
    ["the whole", { ...sets, line_items: [line] }, ["24.04", "USD", "12.86"]],
    ["the rest, by the rate of the total", { ...sets, total_outstanding: "93.45" }, ["12.02", "USD", null]],
    [
      "the total of the order",
      { total_price_set: sets.total_price_set, total_outstanding: undefined },
      ["25.60", "USD", null],
    ],
    [
      "no price that is only known in the shop's",
      { ...sets, line_items: [{ ...line, price_set: undefined }] },
      ["24.04", "USD", null],
    ],
  ])("%s", (_, over, expected) => {
    expect(seen(over)).toEqual(expected);
  });

  test.each<[string, Change]>([
    ["there is no amount in it", {}],
    ["it is the shop's", { ...sets, presentment_currency: "HKD" }],
    ["the amounts are in a third one", { ...sets, presentment_currency: "EUR" }],
    ["it does not exist", { ...sets, presentment_currency: "XXZ" }],
  ])("but in the shop's where %s", (_, over) => {
    expect(seen({ ...over, line_items: [line] })).toEqual(["186.90", "HKD", "100.00"]);
  });

  test("a refund, too", () => {
    const transactions = [
      { kind: "refund", status: "success", amount: "2.00", currency: "USD" },
      { kind: "refund", status: "success", amount: "93.45", currency: "HKD" },
      { kind: "refund", status: "success", amount: "9.00", currency: "EUR" },
    ];
    const over = { ...sets, financial_status: "partially_refunded", refunds: [{ id: 7, transactions }] };
    const refund = parsed("orders/updated", over).find(({ type }) => type === "order.refunded");
    expect(refund?.order).toMatchObject({ amount: "14.02", currency: "USD" });
  });
});

describe("an order that left the shop's list", () => {
  const chased = (over: Change, shop = SHOP) => foldOrder([first("orders/create", over)], shop).chaseFrom !== null;

  test.each<[string, Change, boolean]>([
    ["is neither shipped nor archived", { fulfillment_status: null }, true],
    ["does not say", { fulfillment_status: undefined, closed_at: undefined }, true],
    ["was returned to the stock", { fulfillment_status: "restocked" }, true],
    ["was fulfilled", { fulfillment_status: "fulfilled" }, false],
    ["was fulfilled in part", { fulfillment_status: "partial" }, false],
    ["was archived", { closed_at: "2026-11-10T21:00:00+08:00" }, false],
  ])("%s", (_, over, expected) => {
    expect(chased(over)).toBe(expected);
    expect(chased(over, { ...SHOP, chaseShipped: true })).toBe(true);
  });

  test("is chased again when it is taken out of the archive, and counts as created then", () => {
    const events = [
      first("orders/create", { closed_at: "2026-11-10T20:00:01+08:00" }),
      first("orders/updated", { updated_at: "2026-11-10T23:00:00+08:00" }, { "x-shopify-triggered-at": undefined }),
    ];
    expect(foldOrder(events, SHOP)).toMatchObject({
      chaseFrom: 0,
      createdAt: Date.parse("2026-11-10T23:00:00+08:00"),
    });
  });

  test("is closed when it was deleted: the body is its id alone", () => {
    const result = read("orders/delete", '{"id":6200407294252}');
    expect(result).toMatchObject({
      ok: true,
      events: [
        {
          id: "shopify-order-6200407294252-deleted",
          type: "order.closed",
          order: { id: "6200407294252", reason: "deleted" },
        },
      ],
    });
    expect(typesOf("orders/delete")).toEqual(["order.updated"]);
  });
});

describe("how it is paid", () => {
  test.each([
    ["Cash on Delivery (COD)"],
    ["cash_on_delivery"],
    ["Advanced COD"],
    ["Pago contra reembolso"],
    ["貨到付款"],
    ["代金引換"],
  ])("%s is cash on delivery", (name) => {
    const order = foldOrder(
      [first("orders/create", { payment_gateway_names: ["gift_card", "Some Wallet", name] })],
      SHOP,
    );
    expect(order).toMatchObject({ paymentMethod: "cod", cashOnDelivery: true });
  });

  test.each(["Bank Deposit", "Money Order", "Interac e-Transfer", "Email Money Transfer", "Überweisung", "银行转账"])(
    "%s waits for a transfer and is not reminded",
    (name) => {
      const { order } = first("orders/create", { payment_gateway_names: [name] });
      expect(order).toMatchObject({ paymentMethod: name, pendingConfirmation: true });
    },
  );

  test.each(["manual", "shopify_payments", "PIX", "Codify Pay", "Bancontact"])("%s is reminded", (name) => {
    const { order } = first("orders/create", { payment_gateway_names: [name] });
    expect(order).toMatchObject({ paymentMethod: name, pendingConfirmation: false });
  });

  test("not known yet is null", () => {
    expect(first("orders/create", { payment_gateway_names: [] }).order.paymentMethod).toBeNull();
  });

  test.each<[string | null, boolean]>([
    ["2026-12-10T20:00:00+08:00", true],
    ["2026-11-01T20:00:00+08:00", false],
    [null, false],
  ])("on terms, due %s: pending %s", (due_at, pending) => {
    const payment_terms = { payment_terms_type: "net", payment_schedules: [{ due_at }] };
    expect(first("orders/create", { payment_terms }).order.pendingConfirmation).toBe(pending);
  });
});

describe("the buyer", () => {
  const none = { customer: null, billing_address: null, shipping_address: null, phone: null };
  const us = { country_code: "US" };

  test.each<[string, Change, string | string[] | null]>([
    ["the order's", { phone: "+44 7400 123456" }, "+44 7400 123456"],
    ["the customer's", { customer: { id: 5, phone: "+8613812345678" } }, "+8613812345678"],
    ["billing", { billing_address: { ...us, phone: "(312) 345-6789" } }, "+13123456789"],
    [
      "shipping, when billing has none that can be one",
      { billing_address: { ...us, phone: "555-555-SHIP" }, shipping_address: { ...us, phone: "312.345.6789" } },
      ["*", "+13123456789"],
    ],
    [
      "the default address",
      { customer: { id: 5, default_address: { country_code: "CN", phone: "138 1234 5678" } } },
      "+8613812345678",
    ],
    ["one that is left to the shop's country", { customer: { id: 5, phone: "138 1234 5678" } }, "138 1234 5678"],
    ["none", { customer: { id: 5, phone: "n/a" } }, null],
    ["one that cannot be read", { billing_address: { ...us, phone: "555-123" } }, "*"],
    [
      "each in the country of its own address",
      {
        billing_address: { country_code: "MX", phone: "(415) 555-2672" },
        shipping_address: { ...us, phone: "(415) 555-2672" },
      },
      ["+524155552672", "+14155552672"],
    ],
    [
      "several, of which intake takes the first that gets SMS",
      { billing_address: { country_code: "CN", phone: "010-62345678" }, customer: { id: 5, phone: "+8613812345678" } },
      ["+8613812345678", "+861062345678"],
    ],
  ])("has %s phone number", (_name, over, phone) => {
    expect(first("orders/create", { ...none, customer: { id: 5 }, ...over }).order.buyer?.phone ?? null).toEqual(phone);
  });

  test.each<[Change, string | null]>([
    [{ first_name: "Steve", last_name: "Smith" }, "Steve Smith"],
    [{ first_name: "雷", last_name: "李" }, "李雷"],
    [{ first_name: "Lei", last_name: "李" }, "Lei 李"],
    [{ first_name: " ", last_name: "Cher" }, "Cher"],
    [{ first_name: "Rahim", last_name: "-" }, "Rahim"],
    [{ first_name: "NULL", last_name: "NULL" }, null],
    [{ first_name: "Ana", last_name: "Test" }, "Ana Test"],
    [{ first_name: "-", last_name: ".", name: "Bo" }, "Bo"],
    [{}, null],
  ])("is called by name: %j", (person, name) => {
    expect(first("orders/create", { ...none, customer: { id: 5, ...person } }).order.buyer?.name).toBe(name);
  });

  test.each<[string | null, object]>([
    ["order@example.com", { email: "order@example.com", contact_email: "contact@example.com" }],
    [
      "contact@example.com",
      { email: "", contact_email: "contact@example.com", customer: { id: 5, email: "c@example.com" } },
    ],
    ["c@example.com", { contact_email: null, customer: { id: 5, email: "c@example.com" } }],
    [null, { contact_email: null }],
  ])("has the e-mail address %s of the order, else of the customer", (email, over) => {
    expect(first("orders/create", { customer: { id: 5 }, ...over }).order.buyer?.email ?? null).toBe(email);
  });

  test("known by phone alone is a buyer", () => {
    expect(first("orders/create", { ...none, phone: "+8613812345678" }).order.buyer).toMatchObject({
      id: null,
      phone: "+8613812345678",
    });
  });
});
