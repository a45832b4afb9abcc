/** Shopify's webhooks → order events: signature, exact ids, what each state of an order means, and what it folds to. */
import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type OrderEvent, parseEvent } from "../../../src/core/order/event.ts";
import { foldOrder, overState, silencingPayment } from "../../../src/core/order/order.ts";
import type { ShopPolicy } from "../../../src/core/values/policy.ts";
import { sources } from "../../../src/sources/registry.ts";
import { shopify } from "../../../src/sources/shopify.ts";

const SECRET = "hush-8d5e";
const RECEIVED = Date.parse("2026-11-10T13:00:00Z");
const SHOP: ShopPolicy = {
  id: "acme",
  timeZone: "Asia/Hong_Kong",
  locale: "zh-TW",
  currency: "HKD",
  closeAfter: null,
  quietHours: null,
  cashOnDelivery: ["cod"],
};

/** An order as Shopify posts it (2026 API version), cut to what is of interest here and what surrounds it. */
const ORDER = {
  id: 6200407294252,
  admin_graphql_api_id: "gid://shopify/Order/6200407294252",
  cancel_reason: null,
  cancelled_at: null,
  closed_at: null,
  confirmed: true,
  contact_email: "mei@example.com",
  created_at: "2026-11-10T20:00:00+08:00",
  currency: "HKD",
  current_total_price: "186.90",
  customer_locale: "zh-TW",
  financial_status: "pending",
  name: "#1071",
  note: null,
  order_status_url: "https://shop.example/9174/orders/c39a88/authenticate?key=5e78",
  payment_gateway_names: ["Some Wallet"],
  payment_terms: null,
  phone: null,
  presentment_currency: "USD",
  source_name: "web",
  tags: "d11, vip ,, 雙11",
  test: false,
  total_outstanding: "186.90",
  total_price: "199.00",
  updated_at: "2026-11-10T20:00:01+08:00",
  billing_address: { first_name: "美玲", last_name: "陳", phone: "9123 4567", country_code: "HK", name: "美玲 陳" },
  customer: {
    id: 8094839668810,
    admin_graphql_api_id: "gid://shopify/Customer/8094839668810",
    first_name: "美玲",
    last_name: "陳",
    phone: null,
    default_address: { phone: "+85291234567", country_code: "HK" },
  },
  line_items: [
    {
      id: 15518907892012,
      name: "測試商品 - 大",
      title: "測試商品",
      price: "99.00",
      quantity: 2,
      current_quantity: 1,
      sku: "",
      variant_title: "大",
    },
    {
      id: 15518907924780,
      name: "Green Snowboard",
      title: "Green Snowboard",
      price: "100.00",
      quantity: 1,
      current_quantity: 1,
      sku: "SB-1",
    },
    {
      id: 15518907924781,
      name: "Removed",
      title: "Removed",
      price: "10.00",
      quantity: 1,
      current_quantity: 0,
      sku: "X",
    },
  ],
  shipping_address: null,
};

type Told = Record<string, unknown>;
const headersOf = (topic: string, over: Record<string, string | undefined> = {}) => ({
  "x-shopify-topic": topic,
  "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
  "x-shopify-triggered-at": "2026-11-10T12:00:01.877041743Z",
  "x-shopify-shop-domain": "acme.myshopify.com",
  ...over,
});

function told(topic: string, order: Told | string, headers: Record<string, string | undefined> = {}) {
  const rawBody = Buffer.from(typeof order === "string" ? order : JSON.stringify(order));
  return shopify.toEvents({
    headers: headersOf(topic, headers),
    body: JSON.parse(rawBody.toString()),
    rawBody,
    shop: "acme",
    receivedAt: RECEIVED,
  });
}

/** The events, each as the program takes it. */
function parsed(topic: string, over: Told = {}, headers: Record<string, string | undefined> = {}): OrderEvent[] {
  const result = told(topic, { ...ORDER, ...over }, headers);
  if (!result.ok) throw new Error(result.message);
  return result.events.map((event) => {
    const checked = parseEvent(event);
    if (!checked.ok) throw new Error(checked.rejection.message);
    return checked.event;
  });
}
const typesOf = (topic: string, over: Told = {}) => parsed(topic, over).map((event) => event.type);
const first = (topic: string, over: Told = {}, headers = {}): OrderEvent =>
  parsed(topic, over, headers)[0] as OrderEvent;
const ms = (text: string) => Date.parse(text);

describe("signature", () => {
  const rawBody = Buffer.from('{"note":"送禮 🎁 żółć","id":1}');
  const hmac = createHmac("sha256", SECRET).update(rawBody).digest("base64");
  const verify = (given: string | undefined, body = rawBody, secret = SECRET) =>
    shopify.verify({ headers: { "x-shopify-hmac-sha256": given }, rawBody: body, secret });

  test("over the raw bytes is accepted, here with a unicode body", () => {
    expect(verify(hmac)).toEqual({ ok: true });
  });

  test("as in RFC 4231, case 2", () => {
    const body = Buffer.from("what do ya want for nothing?");
    const known = Buffer.from("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", "hex").toString(
      "base64",
    );
    expect(verify(known, body, "Jefe")).toEqual({ ok: true });
  });

  test.each<[string, string | undefined]>([
    ["of another secret", createHmac("sha256", "other").update(rawBody).digest("base64")],
    ["cut short", hmac.slice(0, 20)],
    ["with something behind", `${hmac}=`],
    ["in hex", Buffer.from(hmac, "base64").toString("hex")],
    ["of the same length, other bytes", `${hmac.startsWith("A") ? "B" : "A"}${hmac.slice(1)}`],
  ])("%s is refused", (_name, given) => {
    expect(verify(given)).toMatchObject({ ok: false, message: expect.stringContaining("does not match") });
  });

  test("of a truncated or re-serialized body is refused", () => {
    expect(verify(hmac, rawBody.subarray(0, -1)).ok).toBe(false);
    expect(verify(hmac, Buffer.from(JSON.stringify(JSON.parse(rawBody.toString()), null, 1))).ok).toBe(false);
  });

  test("missing, empty or given twice is refused with the header's name", () => {
    expect(verify(undefined)).toMatchObject({
      ok: false,
      message: expect.stringContaining("X-Shopify-Hmac-Sha256 is missing"),
    });
    expect(verify("")).toMatchObject({ ok: false });
    const twice = { "x-shopify-hmac-sha256": [hmac, hmac] };
    expect(shopify.verify({ headers: twice, rawBody, secret: SECRET }).ok).toBe(false);
  });
});

describe("an unpaid order", () => {
  test("tells everything in the public shape", () => {
    const result = told("orders/create", ORDER);
    expect(result).toEqual({
      ok: true,
      events: [
        {
          id: "shopify-b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
          type: "order.created",
          occurredAt: "2026-11-10T12:00:01.877+00:00",
          shop: "acme",
          order: {
            id: "6200407294252",
            amount: "186.90",
            currency: "HKD",
            createdAt: "2026-11-10T20:00:00+08:00",
            buyer: { id: "8094839668810", phone: "+85291234567", name: "陳美玲", locale: "zh-TW" },
            items: [
              { sku: null, title: "測試商品", quantity: 1, price: "99.00" },
              { sku: "SB-1", title: "Green Snowboard", quantity: 1, price: "100.00" },
            ],
            paymentMethod: "Some Wallet",
            payUrl: "https://shop.example/9174/orders/c39a88/authenticate?key=5e78",
            tags: ["d11", "vip", "雙11"],
            pendingConfirmation: false,
            note: null,
          },
        },
      ],
    });
    expect(parsed("orders/create")).toHaveLength(1);
  });

  test("tells a changed price when it is updated", () => {
    const updated = first("orders/updated", { total_outstanding: "86.90", updated_at: "2026-11-10T20:05:00+08:00" });
    expect(updated).toMatchObject({
      type: "order.updated",
      order: { amount: "86.90" },
      occurredAt: ms("2026-11-10T12:05:00Z"),
    });
  });

  test.each<[Told, string]>([
    [{ financial_status: "partially_paid", total_outstanding: "50.00" }, "50.00"],
    [{ total_outstanding: undefined }, "186.90"],
    [{ total_outstanding: undefined, current_total_price: undefined }, "199.00"],
    [{ total_outstanding: "1000", currency: "JPY" }, "1000"],
  ])("owes what is outstanding: %j", (over, amount) => {
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

  test("placed as a test counts, with a tag to exclude it by", () => {
    expect(first("orders/create", { test: true }).order.tags).toEqual(["d11", "vip", "雙11", "shopify-test"]);
  });
});

test("an order with everything too long still comes in, cut", () => {
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

describe("ids", () => {
  const big = '{"id":820982911946154508,"admin_graphql_api_id":"gid://shopify/Order/820982911946154508"';
  const rest = JSON.stringify(ORDER).replace(/^.*?"cancel_reason"/, '"cancel_reason"');

  test("of 64 bits are exact, with the GraphQL id", () => {
    const result = told("orders/create", `${big},${rest}`);
    expect(result).toMatchObject({ ok: true, events: [{ order: { id: "820982911946154508" } }] });
  });

  test("of 64 bits are exact, without it, and so is everything else", () => {
    const raw =
      `{"id" : 820982911946154509 ,"note":"no \\"id\\": 820982911946154500, 1234567890123456789","total_price":186.1234567890123456,"x":1e21,${rest}`.replace(
        /"customer":\{"id":\d+,"admin_graphql_api_id":"[^"]*"/,
        '"customer":{"id":115310627314723957',
      );
    const withNote = raw.replace(',"note":null', "");
    const result = told("orders/create", withNote);
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

  test("of another kind of thing are not taken for the order's", () => {
    const over = { id: 1.5, admin_graphql_api_id: "gid://shopify/DraftOrder/12" };
    expect(told("orders/create", { ...ORDER, ...over })).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^id: /),
    });
  });

  test("of the event are Shopify's webhook id, else made of topic and body", () => {
    const without = { "x-shopify-webhook-id": undefined };
    const id = first("orders/create", {}, without).id;
    expect(id).toMatch(/^shopify-[0-9a-f]{40}$/);
    expect(first("orders/create", {}, without).id).toBe(id);
    expect(first("orders/updated", {}, without).id).not.toBe(id);
    expect(first("orders/create", { tags: "other" }, without).id).not.toBe(id);
  });
});

describe("what has become of an order", () => {
  test.each<[string, Told, string[]]>([
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

  test("a cancellation tells when and why", () => {
    const over = { cancelled_at: "2026-11-10T21:00:00+08:00", cancel_reason: "customer", financial_status: "voided" };
    const closed = parsed("orders/cancelled", over)[1];
    expect(closed).toMatchObject({
      type: "order.closed",
      order: { closedAt: ms("2026-11-10T13:00:00Z"), reason: "customer" },
    });
    expect(closed?.order.id).toBe("6200407294252");
  });

  test("the amount of an order that is over is told only at first", () => {
    expect(first("orders/create", { financial_status: "paid", total_outstanding: "0.00" }).order.amount).toBe("186.90");
    expect(first("orders/updated", { financial_status: "paid", total_outstanding: "0.00" }).order.amount).toBeNull();
  });

  const at = (time: string, over: Told) => ({ ...over, updated_at: `2026-11-10T${time}+08:00` });
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
  /** As the intake does: an event id counts once, the first to arrive. */
  const fold = (batches: OrderEvent[][]) => {
    const seen = new Map<string, OrderEvent>();
    for (const event of batches.flat()) if (!seen.has(event.id)) seen.set(event.id, event);
    return foldOrder([...seen.values()], SHOP);
  };

  test("folds to paid when it was paid for what was owed, though later updates repeat the payment", () => {
    const order = fold([...story, shipped]);
    expect(order).toMatchObject({ amount: 15_000, paidAt: ms("2026-11-10T12:30:00Z") });
    expect(overState(order)).toBe("paid");
  });

  test("folds to the same in any order of arrival, each webhook twice", () => {
    const expected = fold(story);
    const twice = fc.shuffledSubarray([...story, ...story], { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(twice, (batches) => {
        expect(fold(batches)).toEqual(expected);
      }),
    );
  });

  test("a released authorization neither counts as paid nor silences", () => {
    const authorized = parsed("orders/create", at("20:00:00", { financial_status: "authorized" }), id("w1"));
    const voided = parsed("orders/updated", at("21:00:00", { financial_status: "voided" }), id("w2"));
    expect(silencingPayment(fold([authorized]))).toBe(ms("2026-11-10T12:00:00Z"));
    expect(overState(fold([authorized, voided]))).toBe("refunded");
    expect(silencingPayment(fold([voided, authorized]))).toBeNull();
  });
});

describe("the moment of an event", () => {
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
    "%s waits for a transfer that is not chased",
    (name) => {
      const { order } = first("orders/create", { payment_gateway_names: [name] });
      expect(order).toMatchObject({ paymentMethod: name, pendingConfirmation: true });
    },
  );

  test.each(["manual", "shopify_payments", "PIX", "Codify Pay", "Bancontact"])("%s is chased", (name) => {
    const { order } = first("orders/create", { payment_gateway_names: [name] });
    expect(order).toMatchObject({ paymentMethod: name, pendingConfirmation: false });
  });

  test("not known yet is not told", () => {
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

  test.each<[string, Told, string | null]>([
    ["the order's", { phone: "+44 7400 123456" }, "+447400123456"],
    ["the customer's", { customer: { id: 5, phone: "+8613812345678" } }, "+8613812345678"],
    ["billing", { billing_address: { ...us, phone: "(312) 345-6789" } }, "+13123456789"],
    [
      "shipping, when billing has none that can be one",
      { billing_address: { ...us, phone: "555-555-SHIP" }, shipping_address: { ...us, phone: "312.345.6789" } },
      "+13123456789",
    ],
    [
      "the default address",
      { customer: { id: 5, default_address: { country_code: "CN", phone: "138 1234 5678" } } },
      "+8613812345678",
    ],
    ["none without a country", { customer: { id: 5, phone: "138 1234 5678" } }, null],
    ["none", { customer: { id: 5, phone: "n/a" } }, null],
    ["none that is too short", { billing_address: { ...us, phone: "555-123" } }, null],
  ])("is reached at %s number", (_name, over, phone) => {
    expect(first("orders/create", { ...none, customer: { id: 5 }, ...over }).order.buyer?.phone).toBe(phone);
  });

  test.each<[Told, string | null]>([
    [{ first_name: "Steve", last_name: "Smith" }, "Steve Smith"],
    [{ first_name: "雷", last_name: "李" }, "李雷"],
    [{ first_name: "Lei", last_name: "李" }, "Lei 李"],
    [{ first_name: " ", last_name: "Cher" }, "Cher"],
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

  test("nowhere in the order: ignored with the reason, so that Shopify does not repeat it", () => {
    expect(told("orders/create", { ...ORDER, ...none })).toEqual({
      ok: true,
      events: [],
      ignored: "order 6200407294252 has no customer and no usable phone number: there is nobody to remind",
    });
    expect(typesOf("orders/paid", { ...none, financial_status: "paid" })).toEqual(["order.updated", "order.paid"]);
  });
});

describe("what is no order", () => {
  test.each(["orders/edited", "refunds/create", "app/uninstalled"])("the topic %s is ignored", (topic) => {
    expect(told(topic, { x: 1 })).toMatchObject({ ok: true, events: [], ignored: expect.stringContaining(topic) });
  });

  test.each<[string, string]>([
    ["{}", "id: the body is no Shopify order"],
    ['{"id":"12a"}', "id: the body is no Shopify order"],
    ['{"id":-3}', "id: the body is no Shopify order"],
    ["[]", "the body is no JSON object"],
    ["null", "the body is no JSON object"],
    ['"order"', "the body is no JSON object"],
  ])("%s is refused", (raw, message) => {
    expect(told("orders/create", raw)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
  });

  test("a missing topic is refused", () => {
    expect(told("", ORDER, { "x-shopify-topic": undefined })).toMatchObject({
      ok: false,
      message: "the header X-Shopify-Topic is missing",
    });
  });

  test("a body that was not parsed is refused, not a crash", () => {
    const rawBody = Buffer.from('{"id":82098291194615');
    const input = { headers: headersOf("orders/create"), body: undefined, rawBody, shop: "acme", receivedAt: RECEIVED };
    expect(shopify.toEvents(input)).toMatchObject({ ok: false });
  });

  test("any JSON in any field crashes nothing, and what comes out parses or names a field", () => {
    const over = fc.dictionary(fc.constantFrom(...Object.keys(ORDER)), fc.jsonValue(), { maxKeys: 6 });
    fc.assert(
      fc.property(
        over,
        fc.constantFrom("orders/create", "orders/updated", "orders/paid", "orders/cancelled"),
        (fields, topic) => {
          const result = told(topic, { ...ORDER, ...fields });
          for (const event of result.ok ? result.events : []) {
            const checked = parseEvent(event);
            if (!checked.ok) expect(checked.rejection.message).toMatch(/^(order\.|closedAt)/);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

test("the registry knows it by its name in the URL", () => {
  expect(sources.get("shopify")).toBe(shopify);
});
