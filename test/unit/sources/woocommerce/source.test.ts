/** WooCommerce passes the conformance suite; the rest here is its own. */
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { foldOrder, overState } from "../../../../src/core/order/order.ts";
import { woocommerce } from "../../../../src/sources/woocommerce/source.ts";
import { testSource } from "../../../support/source-suite.ts";
import { SHOP } from "../shopify/sample.ts";
import { type Change, events, first, headersOf, ORDER, read, typesOf } from "./sample.ts";

const SNAPSHOT = {
  type: "order.created",
  occurredAt: "2026-11-10T12:00:00Z",
  shop: "acme",
  order: {
    id: "727",
    number: "A-1006",
    amount: "129.90",
    currency: "EUR",
    createdAt: "2026-11-10T12:00:00Z",
    buyer: { id: "25", phone: "+34612345678", email: "ana@shop.example", country: "ES", name: "Ana Núñez" },
    items: [{ sku: "AB-1", title: "Abrigo", quantity: 2, price: "64.95" }],
    paymentMethod: "stripe",
    payUrl: "https://shop.example/checkout/order-pay/727/?pay_for_order=true&key=wc_order_k1",
    pendingConfirmation: false,
    note: null,
  },
};
const id = expect.stringMatching(/^woocommerce-order-727-[0-9a-f]{24}$/);

testSource({
  source: woocommerce,
  sign: (rawBody, secret) => ({
    "x-wc-webhook-signature": createHmac("sha256", secret).update(rawBody).digest("base64"),
  }),
  headers: headersOf,
  topics: ["order.created", "order.updated", "order.deleted", "order.restored"],
  otherTopic: "coupon.created",
  golden: [
    { topic: "order.created", payload: ORDER, events: [{ id, ...SNAPSHOT }] },
    {
      topic: "order.updated",
      payload: {
        ...ORDER,
        status: "completed",
        date_paid_gmt: "2026-11-10T12:05:00",
        date_modified_gmt: "2026-11-10T13:00:00",
        needs_payment: false,
        refunds: [{ id: 731, total: "-10.00" }],
      },
      events: [
        { id, ...SNAPSHOT, type: "order.updated", occurredAt: "2026-11-10T13:00:00Z" },
        {
          id: "woocommerce-order-727-paid",
          type: "order.paid",
          occurredAt: "2026-11-10T13:00:00Z",
          shop: "acme",
          order: { id: "727", paidAt: "2026-11-10T12:05:00Z" },
        },
        {
          id: "woocommerce-order-727-refund-731",
          type: "order.refunded",
          occurredAt: "2026-11-10T13:00:00Z",
          shop: "acme",
          order: { id: "727", amount: "10.00", currency: "EUR" },
        },
      ],
    },
    {
      topic: "order.restored",
      payload: { ...ORDER, status: "on-hold", payment_method: "bacs", date_modified_gmt: "2026-11-10T13:00:00" },
      events: [
        {
          id,
          ...SNAPSHOT,
          type: "order.updated",
          occurredAt: "2026-11-10T13:00:00Z",
          order: { ...SNAPSHOT.order, paymentMethod: "bacs", pendingConfirmation: true },
        },
      ],
    },
    {
      topic: "order.deleted",
      payload: { id: 727 },
      events: [
        {
          id: "woocommerce-order-727-deleted",
          type: "order.closed",
          occurredAt: "2026-11-10T13:00:00+00:00",
          shop: "acme",
          order: { id: "727", closedAt: "2026-11-10T13:00:00+00:00", reason: "deleted" },
        },
      ],
    },
  ],
});

describe("the status", () => {
  test.each<[string, Change, string[]]>([
    ["pending", {}, []],
    ["failed", {}, []],
    ["on-hold", {}, []],
    ["processing", { date_paid_gmt: "2026-11-10T12:05:00" }, ["order.paid"]],
    ["processing", { payment_method: "manual" }, ["order.paid"]],
    ["processing", { payment_method: "cod" }, []],
    ["completed", { payment_method: "cod", date_paid_gmt: "2026-11-12T12:05:00" }, ["order.paid"]],
    ["refunded", { date_paid_gmt: "2026-11-10T12:05:00" }, ["order.paid", "order.refunded"]],
    ["cancelled", {}, ["order.closed"]],
    ["trash", {}, ["order.closed"]],
    ["wc-cancelled", {}, ["order.closed"]],
    // As plug-ins for deposits and preorders name them.
    ["partial-payment", {}, []],
    ["pre-ordered", { needs_payment: false }, []],
    ["awaiting-quote", { needs_payment: false }, []],
  ])("%s %o says %o", (status, change, states) => {
    expect(typesOf({ ...change, status })).toEqual(["order.created", ...states]);
  });

  test.each(["checkout-draft", "auto-draft", "draft"])("%s is no order yet", (status) => {
    expect(read("order.created", { status })).toMatchObject({ ok: true, events: [], ignored: "order 727 is a draft" });
  });

  test.each<[string, Change, boolean]>([
    ["on-hold: the transfer is under way", { status: "on-hold" }, true],
    ["of a plug-in that wants no payment", { status: "awaiting-quote", needs_payment: false }, true],
    ["of a plug-in that wants a payment", { status: "awaiting-slot" }, false],
    ["failed: the buyer may pay again", { status: "failed" }, false],
  ])("%s", (_what, change, pending) => {
    expect(first(change).order.pendingConfirmation).toBe(pending);
  });

  test("of cash on delivery is found by the method and by its title", () => {
    for (const change of [
      { payment_method: "cod" },
      { payment_method_title: "Contrareembolso" },
      { payment_method: "wc_cash_on_delivery" },
    ])
      expect(first(change).order.paymentMethod).toBe("cod");
  });
});

describe("the fields", () => {
  test("a guest with a phone number is known by it; a guest without one is no buyer", () => {
    expect(first({ customer_id: 0 }).order.buyer).toMatchObject({ id: null, phone: "+34612345678" });
    const none = first({ customer_id: 0, billing: { country: "ES" } }, "order.created");
    expect([none.type, none.order.buyer]).toEqual(["order.updated", null]);
  });

  test("a customer of the shop without a phone number, or with a masked one, has no contact by phone", () => {
    const phoneOf = (phone: string) =>
      first({ billing: { country: "CN", phone }, shipping: null }, "order.created").order.buyer;
    expect(phoneOf("")).toMatchObject({ id: "25", phone: null });
    // Intake warns of a number that it cannot read.
    expect(phoneOf("138****5678")).toMatchObject({ id: "25", phone: "*" });
  });

  test("ids of 64 bits stay exact", () => {
    const raw = JSON.stringify(ORDER)
      .replace('"id":727', '"id":9007199254740993001')
      .replace(":25,", ":9007199254740993003,");
    expect(first(raw).order).toMatchObject({ id: "9007199254740993001", buyer: { id: "9007199254740993003" } });
  });

  test.each<[string, Change, string | null]>([
    ["without decimals", { currency: "JPY", total: "1980" }, "1980"],
    ["with decimals that it does not have", { currency: "JPY", total: "1980.00" }, "1980"],
    ["with more decimals than the coin", { total: "19.9951" }, "20.00"],
    ["of zero", { total: "0.00" }, "0.00"],
    ["that is negative", { total: "-5.00" }, "0.00"],
    ["that is no number", { total: "free" }, null],
  ])("an amount %s", (_what, change, amount) => {
    expect(first(change).order.amount).toBe(amount);
  });

  test("a price that is a number is rounded to the coin", () => {
    expect(first({ line_items: [{ name: "A", quantity: 3, price: 33.333333333333336 }] }).order.items).toEqual([
      { sku: null, title: "A", quantity: 3, price: "33.33" },
    ]);
  });

  test("a phone number of another country than the bill's is read in its own", () => {
    const shipping = { country: "FR", phone: "06 12 34 56 78" };
    expect(first({ shipping }).order.buyer?.phone).toEqual(["+34612345678", "+33612345678"]);
  });

  test("the same content has the same id, and any change another", () => {
    const { id } = first({}, "order.created");
    expect(first({}, "order.updated").id).toBe(id);
    expect(first({ total: "99.00" }).id).not.toBe(id);
    expect(first({ date_modified_gmt: "2026-11-10T12:00:01" }).id).not.toBe(id);
  });
});

describe("the order that the events fold to", () => {
  const later = { date_modified_gmt: "2026-11-10T14:00:00" };
  const fold = (...changes: Change[]) =>
    foldOrder(
      changes.flatMap((change) => events(change)),
      SHOP,
    );

  test("has the new price, whatever the arrival", () => {
    for (const changes of [
      [{}, { ...later, total: "99.00" }],
      [{ ...later, total: "99.00" }, {}],
    ])
      expect(fold(...changes).amount).toBe(9900);
  });

  test("stays paid when an older report comes later", () => {
    const paid = { ...later, status: "processing", date_paid_gmt: "2026-11-10T13:59:00" };
    expect(overState(fold(paid, {}))).toBe("paid");
    expect(fold(paid).paidAt).toBe(Date.parse("2026-11-10T13:59:00Z"));
  });

  test("is paid in full with a part refunded", () => {
    const refunded = {
      ...later,
      status: "completed",
      date_paid_gmt: "2026-11-10T13:59:00",
      refunds: [{ id: 9, total: "-10.00" }],
    };
    expect(fold({}, refunded)).toMatchObject({ parts: { refundedPart: 1000 } });
    expect(overState(fold({}, refunded))).toBe("paid");
  });
});

describe("a body that is no order", () => {
  test("an error of WooCommerce is refused, and says whose rights are missing", () => {
    const error = JSON.stringify({ code: "woocommerce_rest_cannot_view", message: "Sorry", data: { status: 401 } });
    expect(read("order.updated", error)).toEqual({
      ok: false,
      message:
        "the body is the error woocommerce_rest_cannot_view of WooCommerce: the user who owns the webhook may not read orders",
    });
  });

  test("a missing topic is refused", () => {
    const result = woocommerce.toEvents({
      headers: {},
      body: ORDER,
      rawBody: Buffer.alloc(0),
      shop: "acme",
      receivedAt: 0,
    });
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining("X-WC-Webhook-Topic") });
  });
});
