/** Shopify passes the conformance suite; the rest here is its own. */
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { shopify } from "../../../../src/sources/shopify/source.ts";
import { RECEIVED_AT, testSource } from "../../../support/source-suite.ts";
import { headersOf, ORDER, read, typesOf } from "./sample.ts";

const hmac = (rawBody: Buffer, secret: string) => createHmac("sha256", secret).update(rawBody).digest();

const SNAPSHOT = {
  id: "6200407294252",
  amount: "186.90",
  currency: "HKD",
  createdAt: "2026-11-10T20:00:00+08:00",
  buyer: {
    id: "8094839668810",
    phone: "+85291234567",
    email: "mei@example.com",
    country: "HK",
    name: "陳美玲",
    locale: "zh-TW",
  },
  items: [
    { sku: null, title: "測試商品", quantity: 1, price: "99.00" },
    { sku: "SB-1", title: "Green Snowboard", quantity: 1, price: "100.00" },
  ],
  paymentMethod: "Some Wallet",
  payUrl: "https://shop.example/9174/orders/c39a88/authenticate?key=5e78",
  tags: ["d11", "vip", "雙11"],
  pendingConfirmation: false,
  number: "#1071",
  shipped: null,
  archived: false,
  note: null,
};
const FIRST = {
  id: "shopify-b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
  type: "order.updated",
  occurredAt: "2026-11-10T12:00:01.877+00:00",
  shop: "acme",
};
const { occurredAt, shop } = FIRST;
const state = (name: string, more: object = {}) => ({
  id: `shopify-order-6200407294252-${name}`,
  type: `order.${name}`,
  occurredAt,
  shop,
  order: { id: "6200407294252" },
  ...more,
});
const refunded = { kind: "refund", status: "success", amount: "31.50", currency: "HKD" };

testSource({
  source: shopify,
  sign: (rawBody, secret) => ({ "x-shopify-hmac-sha256": hmac(rawBody, secret).toString("base64") }),
  headers: headersOf,
  topics: ["orders/create", "orders/updated", "orders/paid", "orders/cancelled"],
  otherTopic: "app/uninstalled",
  golden: [
    { topic: "orders/create", payload: ORDER, events: [{ ...FIRST, type: "order.created", order: SNAPSHOT }] },
    {
      topic: "orders/updated",
      payload: { ...ORDER, financial_status: "partially_paid", total_outstanding: "50.00" },
      events: [{ ...FIRST, order: { ...SNAPSHOT, amount: "50.00" } }],
    },
    {
      topic: "orders/updated",
      payload: {
        ...ORDER,
        financial_status: "partially_refunded",
        total_outstanding: "0.00",
        refunds: [{ id: 929361464, transactions: [refunded] }],
      },
      events: [
        { ...FIRST, order: { ...SNAPSHOT, amount: null } },
        state("paid", { paidAt: occurredAt }),
        state("refund-929361464", {
          type: "order.refunded",
          order: { id: "6200407294252", amount: "31.50", currency: "HKD" },
        }),
      ],
    },
    {
      topic: "orders/paid",
      payload: { ...ORDER, financial_status: "paid", total_outstanding: "0.00" },
      events: [{ ...FIRST, order: { ...SNAPSHOT, amount: null } }, state("paid", { paidAt: occurredAt })],
    },
    {
      topic: "orders/cancelled",
      payload: { ...ORDER, financial_status: "voided", cancelled_at: ORDER.updated_at, cancel_reason: "customer" },
      events: [
        { ...FIRST, order: { ...SNAPSHOT, amount: null } },
        state("closed", { closedAt: ORDER.updated_at, reason: "customer" }),
      ],
    },
    {
      topic: "orders/delete",
      payload: { id: ORDER.id },
      events: [
        state("deleted", {
          type: "order.closed",
          order: { id: "6200407294252", closedAt: occurredAt, reason: "deleted" },
        }),
      ],
    },
  ],
});

describe("Shopify's signature", () => {
  const verify = (signature: string, rawBody: Buffer, secret: string) =>
    shopify.verify({
      headers: { "x-shopify-hmac-sha256": signature },
      query: new URLSearchParams(),
      rawBody,
      secret,
      settings: {},
      receivedAt: RECEIVED_AT,
    });

  test("is that of RFC 4231, case 2", () => {
    const known = Buffer.from("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "hex");
    const rawBody = Buffer.from("what do ya want for nothing?");
    expect(verify(known.toString("base64"), rawBody, "Jefe")).toEqual({ ok: true });
    expect(verify(known.toString("hex"), rawBody, "Jefe").ok).toBe(false);
  });

  test("is asked for by the header's name", () => {
    expect(shopify.isSigned({ headers: {}, query: new URLSearchParams() })).toEqual({
      ok: false,
      message: "the header X-Shopify-Hmac-Sha256 is missing",
    });
  });
});

describe("a payload that becomes no order", () => {
  test.each([...["orders/edited", "refunds/create", "checkouts/create", "checkouts/update", "draft_orders/create"]])(
    "the topic %s is ignored",
    (topic) => {
      expect(read(topic, { x: 1 })).toMatchObject({ ok: true, events: [], ignored: expect.stringContaining(topic) });
    },
  );

  test.each(['{"id":"12a"}', '{"id":-3}'])("%s is refused by its id", (raw) => {
    expect(read("orders/create", raw)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^id: the body is not a Shopify order/),
    });
  });

  test("a missing topic is refused", () => {
    const headers = headersOf("", { "x-shopify-topic": undefined });
    const rawBody = Buffer.from(JSON.stringify(ORDER));
    expect(shopify.toEvents({ headers, body: ORDER, rawBody, shop: "acme", receivedAt: RECEIVED_AT })).toEqual({
      ok: false,
      message: "the header X-Shopify-Topic is missing",
    });
  });

  test("an order without a buyer is ignored with the reason, so that Shopify does not repeat it", () => {
    const none = { customer: null, billing_address: null, shipping_address: null, phone: null };
    expect(read("orders/create", { ...ORDER, ...none })).toEqual({
      ok: true,
      events: [],
      ignored: "order 6200407294252 has no customer and no usable phone number: no one can be reminded",
    });
    expect(typesOf("orders/paid", { ...none, financial_status: "paid" })).toEqual(["order.updated", "order.paid"]);
  });
});
