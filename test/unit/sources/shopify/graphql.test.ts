/** An order that is polled says the same as the webhook about it, in every odd case. */
import { expect, test } from "vitest";
import { type OrderEvent, parseEvent } from "../../../../src/core/order/event.ts";
import { parseAmount } from "../../../../src/core/values/money.ts";
import { restOrder } from "../../../../src/sources/shopify/graphql.ts";
import { orderEvents } from "../../../../src/sources/shopify/source.ts";
import { RECEIVED_AT } from "../../../support/source-suite.ts";
import { type Change, ORDER, parsed } from "./sample.ts";

const money = (amount: string, currencyCode = "HKD") => ({
  shopMoney: { amount, currencyCode },
  presentmentMoney: { amount, currencyCode },
});

/** The order of sample.ts as the GraphQL Admin API gives it. */
const NODE = {
  id: "gid://shopify/Order/6200407294252",
  name: "#1071",
  createdAt: "2026-11-10T20:00:00+08:00",
  updatedAt: "2026-11-10T20:00:01+08:00",
  cancelledAt: null,
  cancelReason: null,
  closedAt: null,
  test: false,
  note: null,
  tags: ["d11", "vip", "雙11"],
  phone: null,
  email: "mei@example.com",
  customerLocale: "zh-TW",
  statusPageUrl: "https://shop.example/9174/orders/c39a88/authenticate?key=5e78",
  currencyCode: "HKD",
  presentmentCurrencyCode: "HKD",
  displayFinancialStatus: "PENDING",
  displayFulfillmentStatus: "UNFULFILLED",
  paymentGatewayNames: ["Some Wallet"],
  currentTotalPriceSet: money("186.9"),
  totalPriceSet: money("199.0"),
  totalOutstandingSet: money("186.9"),
  customer: {
    id: "gid://shopify/Customer/8094839668810",
    firstName: "美玲",
    lastName: "陳",
    defaultPhoneNumber: null,
    defaultEmailAddress: null,
    defaultAddress: { phone: "+85291234567", countryCodeV2: "HK" },
  },
  billingAddress: { firstName: "美玲", lastName: "陳", phone: "9123 4567", countryCodeV2: "HK", name: "美玲 陳" },
  shippingAddress: null,
  paymentTerms: null,
  lineItems: {
    nodes: [
      { sku: "", title: "測試商品", quantity: 2, currentQuantity: 1, originalUnitPriceSet: money("99.0") },
      { sku: "SB-1", title: "Green Snowboard", quantity: 1, currentQuantity: 1, originalUnitPriceSet: money("100.0") },
      { sku: "X", title: "Removed", quantity: 1, currentQuantity: 0, originalUnitPriceSet: money("10.0") },
    ],
  },
  refunds: [],
};

const polled = (change: object): OrderEvent[] => {
  const read = orderEvents(restOrder({ ...NODE, ...change }), "acme", RECEIVED_AT);
  if (!read.ok) throw new Error(read.message);
  return read.events.map((event) => {
    const checked = parseEvent(event);
    if (!checked.ok) throw new Error(checked.rejection.message);
    return checked.event;
  });
};
/** The id of the first event and the decimals of an amount (`186.9`) may differ. */
const same = (events: readonly OrderEvent[]) =>
  events.map(({ type, occurredAt, order: { amount, items, ...order } }) => {
    const minor = (text: string | null | undefined) => parseAmount(text ?? "", order.currency ?? "HKD");
    return {
      ...{ type, occurredAt, order, amount: minor(amount) },
      items: items?.map(({ price, ...item }) => ({ ...item, price: minor(price) })),
    };
  });
const refund = { kind: "refund", status: "success", amount: "31.50", currency: "HKD" };
const NOBODY = { defaultPhoneNumber: null, defaultEmailAddress: null, defaultAddress: null };
const nobody = { customer: null, billing_address: null, shipping_address: null };
const yen = money("0.0", "JPY");

test.each<[string, object, Change]>([
  ["as it is", {}, {}],
  [
    "without a phone number, as an app without approval reads it",
    { customer: { id: NODE.customer.id, ...NOBODY }, email: null, billingAddress: null },
    { customer: { id: 8094839668810 }, contact_email: null, billing_address: null },
  ],
  ["of a guest", { customer: null, billingAddress: null, phone: "+85291234567" }, { ...nobody, phone: "+85291234567" }],
  ["placed as a test", { test: true }, { test: true }],
  [
    "paid in part",
    { displayFinancialStatus: "PARTIALLY_PAID", totalOutstandingSet: money("50.0") },
    { financial_status: "partially_paid", total_outstanding: "50.00" },
  ],
  [
    "with a new price",
    { currentTotalPriceSet: money("99.9"), totalOutstandingSet: money("99.9") },
    { current_total_price: "99.90", total_outstanding: "99.90" },
  ],
  [
    "on terms",
    { paymentTerms: { paymentSchedules: { nodes: [{ dueAt: "2026-12-10T00:00:00Z" }] } } },
    { payment_terms: { payment_schedules: [{ due_at: "2026-12-10T00:00:00Z" }] } },
  ],
  ["by bank transfer", { paymentGatewayNames: ["Bank Deposit"] }, { payment_gateway_names: ["Bank Deposit"] }],
  [
    "cancelled",
    { displayFinancialStatus: "VOIDED", cancelledAt: NODE.updatedAt, cancelReason: "CUSTOMER" },
    { financial_status: "voided", cancelled_at: ORDER.updated_at, cancel_reason: "customer" },
  ],
  [
    "refunded in part",
    {
      displayFinancialStatus: "PARTIALLY_REFUNDED",
      refunds: [
        {
          id: "gid://shopify/Refund/929361464",
          transactions: { nodes: [{ kind: "REFUND", status: "SUCCESS", amountSet: money("31.5") }] },
        },
      ],
    },
    { financial_status: "partially_refunded", refunds: [{ id: 929361464, transactions: [refund] }] },
  ],
  [
    "that costs nothing, in a currency without decimals",
    {
      displayFinancialStatus: "PAID",
      currencyCode: "JPY",
      presentmentCurrencyCode: "JPY",
      currentTotalPriceSet: yen,
      totalOutstandingSet: yen,
    },
    {
      financial_status: "paid",
      currency: "JPY",
      presentment_currency: "JPY",
      current_total_price: "0",
      total_outstanding: "0",
    },
  ],
  ["shipped in part", { displayFulfillmentStatus: "PARTIALLY_FULFILLED" }, { fulfillment_status: "partial" }],
  [
    "with an id of 64 bits",
    { id: "gid://shopify/Order/9007199254740993" },
    { id: 0, admin_graphql_api_id: "gid://shopify/Order/9007199254740993" },
  ],
])("an order %s", (_case, node, change) => {
  const webhook = { "x-shopify-triggered-at": undefined };
  const whole = { fulfillment_status: null, ...change };
  expect(same(polled(node))).toEqual(same(parsed("orders/updated", whole, webhook)));
});
