/** Orders whose buyer nobody told yet: kept, so that a payment that arrives before its order is not lost. */
import { type Order, overState } from "../../../core/order/order.ts";
import type { Sql } from "../../client.ts";
import { instants, jsons, plain, texts } from "../../columns.ts";
import { detailsOf } from "../buyers/buyer-load.ts";

export type Stray = { readonly shop: string; readonly order: Order };

/** New ones. A unique violation means that another transaction told of one of them first: run the whole again. */
export function insertStrays(sql: Sql, strays: readonly Stray[], now: number) {
  return sql`
    insert into orders (shop_id, id, status, amount, currency, created_at, closes_at, chase_from, cash_on_delivery, paid_at,
      refunded_at, closed_at, details, seen_at)
    select n.*, ${new Date(now)} from ${source(sql, strays)}`;
}

/** Stored ones, which the caller has locked. */
export function updateStrays(sql: Sql, strays: readonly Stray[]) {
  return sql`
    update orders o set status = n.status, amount = n.amount, currency = n.currency, created_at = n.created_at,
      closes_at = n.closes_at, chase_from = n.chase_from, cash_on_delivery = n.cash_on_delivery, paid_at = n.paid_at,
      refunded_at = n.refunded_at, closed_at = n.closed_at, details = n.details
    from ${source(sql, strays)} where o.shop_id = n.shop_id and o.id = n.id`;
}

function source(sql: Sql, strays: readonly Stray[]) {
  const orders = strays.map(({ order }) => order);
  return sql`unnest(${texts(strays.map(({ shop }) => shop))}::text[], ${texts(orders.map((o) => o.id))}::text[],
    ${plain(orders.map(statusOf))}::text[], ${plain(orders.map((o) => o.amount))}::int8[],
    ${plain(orders.map((o) => o.currency))}::text[], ${instants(orders.map((o) => o.createdAt))}::timestamptz[],
    ${instants(orders.map((o) => o.closesAt))}::timestamptz[], ${instants(orders.map((o) => o.chaseFrom))}::timestamptz[],
    ${plain(orders.map((o) => o.cashOnDelivery))}::boolean[], ${instants(orders.map((o) => o.paidAt))}::timestamptz[],
    ${instants(orders.map((o) => o.refundedAt))}::timestamptz[], ${instants(orders.map((o) => o.closedAt))}::timestamptz[],
    ${jsons(sql, orders, detailsOf)}::jsonb[]) as n(shop_id, id, status, amount, currency, created_at, closes_at, chase_from,
    cash_on_delivery, paid_at, refunded_at, closed_at, details)`;
}

const statusOf = (order: Order): string =>
  order.paidAt !== null ? "paid" : overState(order) === null ? "unpaid" : "closed";
