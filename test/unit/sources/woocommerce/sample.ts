/** An unpaid order as WooCommerce's REST API v3 and its webhooks give it. Changed in each test. */
import { parseEvent } from "../../../../src/core/order/event.ts";
import { woocommerce } from "../../../../src/sources/woocommerce/source.ts";
import { RECEIVED_AT } from "../../../support/source-suite.ts";

export const ORDER = {
  id: 727,
  number: "A-1006",
  status: "pending",
  currency: "EUR",
  total: "129.90",
  date_created_gmt: "2026-11-10T12:00:00",
  date_modified_gmt: "2026-11-10T12:00:00",
  date_paid_gmt: null as string | null,
  customer_id: 25,
  customer_note: "",
  billing: { first_name: "Ana", last_name: "Núñez", country: "ES", phone: "612 34 56 78", email: "ana@shop.example" },
  shipping: { first_name: "Ana", last_name: "Núñez", country: "ES", phone: "" },
  payment_method: "stripe",
  payment_method_title: "Card",
  payment_url: "https://shop.example/checkout/order-pay/727/?pay_for_order=true&key=wc_order_k1",
  needs_payment: true,
  line_items: [{ id: 1, name: "Abrigo", sku: "AB-1", quantity: 2, total: "129.90", price: 64.95 }],
  refunds: [] as { id: number; total: string }[],
};
export type Change = { readonly [K in keyof typeof ORDER]?: unknown };

export const headersOf = (topic: string) => ({ "x-wc-webhook-topic": topic, "x-wc-webhook-delivery-id": "d3b0" });

export function read(topic: string, change: Change | string) {
  const rawBody = Buffer.from(typeof change === "string" ? change : JSON.stringify({ ...ORDER, ...change }));
  const body: unknown = JSON.parse(rawBody.toString());
  return woocommerce.toEvents({ headers: headersOf(topic), body, rawBody, shop: "acme", receivedAt: RECEIVED_AT });
}

/** The events, all of which intake accepts. */
export function events(change: Change | string, topic = "order.updated") {
  const result = read(topic, change);
  if (!result.ok) throw new Error(result.message);
  return result.events.map((event) => {
    const parsed = parseEvent(event);
    if (!parsed.ok) throw new Error(parsed.rejection.message);
    return parsed.event;
  });
}

export const typesOf = (change: Change, topic?: string) => events(change, topic).map(({ type }) => type);
export const first = (change: Change | string, topic?: string) => {
  const [event] = events(change, topic);
  if (event === undefined) throw new Error("no event");
  return event;
};
