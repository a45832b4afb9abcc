/** An order of Shopify's GraphQL Admin API → the shape of its webhooks, so that one mapping reads both. */
import { type Json, jsonOf, objectsIn, textOf } from "../json.ts";

const MONEY = "shopMoney { amount currencyCode } presentmentMoney { amount currencyCode }";
const ADDRESS = "firstName lastName name phone countryCodeV2";

export const ORDER_FIELDS = `
  id name createdAt updatedAt cancelledAt cancelReason closedAt test note tags phone email customerLocale statusPageUrl
  currencyCode presentmentCurrencyCode displayFinancialStatus displayFulfillmentStatus paymentGatewayNames
  currentTotalPriceSet { ${MONEY} } totalPriceSet { ${MONEY} } totalOutstandingSet { ${MONEY} }
  customer { id firstName lastName defaultPhoneNumber { phoneNumber } defaultEmailAddress { emailAddress } defaultAddress { ${ADDRESS} } }
  billingAddress { ${ADDRESS} } shippingAddress { ${ADDRESS} }
  paymentTerms { paymentSchedules(first: 5) { nodes { dueAt } } }
  lineItems(first: 20) { nodes { sku title name quantity currentQuantity originalUnitPriceSet { ${MONEY} } } }
  refunds(first: 10) { id transactions(first: 10) { nodes { kind status amountSet { ${MONEY} } } } }`;

export function restOrder(node: Json): Json {
  const customer = jsonOf(node.customer);
  return {
    admin_graphql_api_id: node.id,
    name: node.name,
    created_at: node.createdAt,
    updated_at: node.updatedAt,
    cancelled_at: node.cancelledAt ?? null,
    cancel_reason: lower(node.cancelReason),
    closed_at: node.closedAt ?? null,
    test: node.test,
    note: node.note,
    tags: node.tags,
    phone: node.phone,
    email: node.email,
    customer_locale: node.customerLocale,
    order_status_url: node.statusPageUrl,
    currency: node.currencyCode,
    presentment_currency: node.presentmentCurrencyCode,
    financial_status: lower(node.displayFinancialStatus) ?? "pending",
    fulfillment_status: FULFILLMENT[textOf(node.displayFulfillmentStatus, 40) ?? ""] ?? null,
    payment_gateway_names: node.paymentGatewayNames,
    current_total_price: amountIn(node.currentTotalPriceSet),
    current_total_price_set: restMoney(node.currentTotalPriceSet),
    total_price: amountIn(node.totalPriceSet),
    total_price_set: restMoney(node.totalPriceSet),
    total_outstanding: amountIn(node.totalOutstandingSet),
    customer:
      customer === null
        ? null
        : {
            admin_graphql_api_id: customer.id,
            first_name: customer.firstName,
            last_name: customer.lastName,
            phone: jsonOf(customer.defaultPhoneNumber)?.phoneNumber,
            email: jsonOf(customer.defaultEmailAddress)?.emailAddress,
            default_address: restAddress(customer.defaultAddress),
          },
    billing_address: restAddress(node.billingAddress),
    shipping_address: restAddress(node.shippingAddress),
    payment_terms: {
      payment_schedules: nodesOf(jsonOf(node.paymentTerms)?.paymentSchedules).map(({ dueAt }) => ({ due_at: dueAt })),
    },
    line_items: nodesOf(node.lineItems).map((line) => ({
      sku: line.sku,
      title: line.title,
      name: line.name,
      quantity: line.quantity,
      current_quantity: line.currentQuantity,
      price: amountIn(line.originalUnitPriceSet),
      price_set: restMoney(line.originalUnitPriceSet),
    })),
    refunds: objectsIn(node.refunds).map(restRefund),
  };
}

const FULFILLMENT: Readonly<Record<string, string>> = { FULFILLED: "fulfilled", PARTIALLY_FULFILLED: "partial" };

const lower = (value: unknown): string | null => textOf(value, 60)?.toLowerCase() ?? null;
const amountIn = (set: unknown): unknown => jsonOf(jsonOf(set)?.shopMoney)?.amount ?? null;

export const nodesOf = (connection: unknown): readonly Json[] => objectsIn(jsonOf(connection)?.nodes);

function restMoney(set: unknown) {
  const money = (given: unknown) => {
    const { amount, currencyCode } = jsonOf(given) ?? {};
    return { amount, currency_code: currencyCode };
  };
  const both = jsonOf(set);
  return both === null ? null : { shop_money: money(both.shopMoney), presentment_money: money(both.presentmentMoney) };
}

function restAddress(given: unknown) {
  const address = jsonOf(given);
  if (address === null) return null;
  const { firstName, lastName, name, phone, countryCodeV2 } = address;
  return { first_name: firstName, last_name: lastName, name, phone, country_code: countryCodeV2 };
}

function restRefund(refund: Json) {
  const transactions = nodesOf(refund.transactions).map(({ kind, status, amountSet }) => {
    const shopMoney = jsonOf(jsonOf(amountSet)?.shopMoney);
    return { kind: lower(kind), status: lower(status), amount: shopMoney?.amount, currency: shopMoney?.currencyCode };
  });
  return { id: /\/(\d{1,40})$/.exec(textOf(refund.id, 200) ?? "")?.[1], transactions };
}
