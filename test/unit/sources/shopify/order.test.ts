/** One Shopify order → the order of an event: amount, payment method, buyer. */
import { describe, expect, test } from "vitest";
import { foldOrder } from "../../../../src/core/order/order.ts";
import { type Change, first, SHOP, typesOf } from "./sample.ts";

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

  test("known by phone alone is a buyer", () => {
    expect(first("orders/create", { ...none, phone: "+8613812345678" }).order.buyer).toMatchObject({
      id: null,
      phone: "+8613812345678",
    });
  });
});
