/** Orders and the events that they are folded from. */
import { sql } from "drizzle-orm";
import { boolean, index, json, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant, money } from "./column-types.ts";

export const orders = pgTable(
  "orders",
  {
    shopId: text("shop_id").notNull(),
    id: text("id").notNull(),
    /** The name that people know, like `#1006`. */
    number: text("number"),
    /** null while no event has named the buyer. */
    buyerId: uuid("buyer_id"),
    /** The case it is in now, or was in last. */
    caseId: uuid("case_id"),
    /** `unpaid`, `paid` or `closed`; an order whose time is over is closed, too. */
    status: text("status").notNull(),
    inCase: boolean("in_case").notNull().default(false),
    amount: money("amount"),
    currency: text("currency"),
    createdAt: instant("created_at"),
    closesAt: instant("closes_at"),
    chaseFrom: instant("chase_from"),
    cashOnDelivery: boolean("cash_on_delivery").notNull().default(false),
    paidAt: instant("paid_at"),
    refundedAt: instant("refunded_at"),
    closedAt: instant("closed_at"),
    /** When enough of it was first reported to plan reminders. */
    reportedAt: instant("told_at"),
    /** tags, items, payUrl, note, paymentMethod, closeReason. */
    details: json("details").notNull(),
    /** `campaign/step` → own time (ms) when that step was settled for this order. */
    settled: json("settled").notNull().default({}),
    seenAt: instant("seen_at").notNull(),
    /** The campaign of its case, for which reports count it; empty: none. null: they do not count it. */
    countedFor: text("counted_for"),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // The orders of loaded buyers.
    index("orders_buyer").on(t.shopId, t.buyerId),
    // An order that somebody asks for by its number.
    index("orders_number").on(t.shopId, t.number).where(sql`number is not null`),
    // The list of orders, newest first. Orders arrive nearly in this order, so an insert writes its last page.
    index("orders_created").on(t.shopId, t.createdAt, t.id),
  ],
);

export const orderEvents = pgTable(
  "order_events",
  {
    shopId: text("shop_id").notNull(),
    id: text("id").notNull(),
    orderId: text("order_id").notNull(),
    type: text("type").notNull(),
    occurredAt: instant("occurred_at").notNull(),
    receivedAt: instant("received_at").notNull(),
    /** The order as reported, without its buyer. `warnings`: what of the event could not be used. */
    told: json("told").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // All events of an order, which is folded from them whenever one arrives.
    index("order_events_order").on(t.shopId, t.orderId),
    // Retention goes through them in the order of time. They are stored in it, so this costs an insert nothing.
    index("order_events_received").using("brin", t.receivedAt),
    // Nearly none: events of the future, for `doctor`.
    index("order_events_future").on(t.receivedAt).where(sql`occurred_at - received_at > interval '15 minutes'`),
  ],
);
