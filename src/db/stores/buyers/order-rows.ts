/** How an order is stored: read into core's order, and written from it. */
import { type Order, overState } from "../../../core/order/order.ts";
import type { Sql } from "../../client.ts";
import { type Key, textKeys } from "../../keys.ts";
import { bool, type Columns, instant, int8, json, text, word } from "../../rows.ts";

export type OrderRow = {
  shop_id: string;
  id: string;
  number: string | null;
  buyer_id: string | null;
  case_id: string | null;
  counted_for: string | null;
  in_case: boolean;
  amount: number | null;
  currency: string | null;
  created_at: number | null;
  closes_at: number | null;
  chase_from: number | null;
  cash_on_delivery: boolean;
  paid_at: number | null;
  refunded_at: number | null;
  closed_at: number | null;
  told_at: number | null;
  details: OrderDetails;
  settled: Record<string, number>;
};

export type OrderDetails = Pick<Order, "tags" | "items" | "payUrl" | "note" | "paymentMethod" | "closeReason"> & {
  /** Absent: null. */
  readonly parts?: Order["parts"];
  /** Absent: false. */
  readonly shipped?: boolean;
};

/** The columns of an OrderRow, of `orders o`. */
export const ORDER_COLUMNS = `o.shop_id, o.id, o.number, o.buyer_id, o.case_id, o.counted_for, o.in_case, o.amount, o.currency, o.created_at, o.closes_at, o.chase_from,
  o.cash_on_delivery, o.paid_at, o.refunded_at, o.closed_at, o.told_at, o.details, o.settled`;

/** Orders of any status, because an event reports something about them. */
export function loadOrders(sql: Sql, keys: readonly Key[]) {
  return sql<OrderRow[]>`
    select ${sql.unsafe(ORDER_COLUMNS)} from ${textKeys.rows(sql, keys)}
    join orders o on o.shop_id = n.shop_id and o.id = n.id`;
}

export function orderOf(row: OrderRow): Order {
  return {
    id: row.id,
    number: row.number,
    amount: row.amount,
    currency: row.currency,
    createdAt: row.created_at,
    closesAt: row.closes_at,
    chaseFrom: row.chase_from,
    cashOnDelivery: row.cash_on_delivery,
    paidAt: row.paid_at,
    refundedAt: row.refunded_at,
    closedAt: row.closed_at,
    parts: null,
    shipped: false,
    ...row.details,
  };
}

const detailsOf = ({ tags, items, payUrl, note, paymentMethod, closeReason, parts, shipped }: Order): OrderDetails => ({
  tags,
  items,
  payUrl,
  note,
  paymentMethod,
  closeReason,
  ...(parts === null ? {} : { parts }),
  ...(shipped ? { shipped } : {}),
});

/** The columns that hold the facts of an order, for its two writers. */
export const factColumns = <Row>(orderIn: (row: Row) => Order): Columns<Row> => ({
  number: text((row) => orderIn(row).number),
  amount: int8((row) => orderIn(row).amount),
  currency: word((row) => orderIn(row).currency),
  created_at: instant((row) => orderIn(row).createdAt),
  closes_at: instant((row) => orderIn(row).closesAt),
  chase_from: instant((row) => orderIn(row).chaseFrom),
  cash_on_delivery: bool((row) => orderIn(row).cashOnDelivery),
  paid_at: instant((row) => orderIn(row).paidAt),
  refunded_at: instant((row) => orderIn(row).refundedAt),
  closed_at: instant((row) => orderIn(row).closedAt),
  details: json((row) => detailsOf(orderIn(row))),
});

/** By its events alone. */
export const statusOf = (order: Order): "paid" | "closed" | "unpaid" =>
  order.paidAt !== null ? "paid" : overState(order) === null ? "unpaid" : "closed";
