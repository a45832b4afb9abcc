/** A shop, a Shopify order, and how the tests of this folder read one. */
import { type OrderEvent, parseEvent } from "../../../../src/core/order/event.ts";
import type { ShopPolicy } from "../../../../src/core/values/policy.ts";
import { shopify } from "../../../../src/sources/shopify/source.ts";
import { RECEIVED_AT } from "../../../support/source-suite.ts";

export const SHOP: ShopPolicy = {
  id: "acme",
  timeZone: "Asia/Hong_Kong",
  locale: "zh-TW",
  currency: "HKD",
  closeAfter: null,
  quietHours: null,
  country: "HK",
  joinAtMost: 5,
  cashOnDelivery: ["cod"],
  chaseShipped: false,
  name: null,
};

/** An order as Shopify posts it (2026 API version), shortened. */
export const ORDER = {
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

export type Change = Record<string, unknown>;

export const headersOf = (topic: string, change: Record<string, string | undefined> = {}) => ({
  "x-shopify-topic": topic,
  "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
  "x-shopify-triggered-at": "2026-11-10T12:00:01.877041743Z",
  "x-shopify-shop-domain": "acme.myshopify.com",
  ...change,
});

export function read(topic: string, order: object | string, headers: Record<string, string | undefined> = {}) {
  const rawBody = Buffer.from(typeof order === "string" ? order : JSON.stringify(order));
  return shopify.toEvents({
    headers: headersOf(topic, headers),
    body: JSON.parse(rawBody.toString()),
    rawBody,
    shop: "acme",
    receivedAt: RECEIVED_AT,
  });
}

/** The events of the changed order, each as intake parses it. */
export function parsed(topic: string, change: Change = {}, headers: Record<string, string | undefined> = {}) {
  const result = read(topic, { ...ORDER, ...change }, headers);
  if (!result.ok) throw new Error(result.message);
  return result.events.map((event): OrderEvent => {
    const checked = parseEvent(event);
    if (!checked.ok) throw new Error(checked.rejection.message);
    return checked.event;
  });
}

export const typesOf = (topic: string, change: Change = {}) => parsed(topic, change).map(({ type }) => type);

export function first(topic: string, change: Change = {}, headers: Record<string, string | undefined> = {}) {
  const [event] = parsed(topic, change, headers);
  if (event === undefined) throw new Error("no event");
  return event;
}
