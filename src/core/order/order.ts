/**
 * Folds the events of an order into the order (docs/rules.md, rule 1). The fold sorts by (occurredAt, id), so any order of arrival and any
 * repetition gives the same result. Per field the latest value wins; `null` keeps the old one.
 */

import type { ShopPolicy } from "../values/policy.ts";
import { namesAny } from "../values/word.ts";
import type { EventType, ItemPayload, OrderPayload } from "./event.ts";
import { addPayments, isPayment, minorOf, type Parts, type Payments } from "./payments.ts";

/** The part of an event that the fold reads. */
export type ReceivedEvent = {
  readonly id: string;
  readonly type: EventType;
  readonly occurredAt: number;
  readonly order: OrderPayload & {
    /** Its buyer is erased: nobody may chase the order. */
    readonly erased?: true;
  };
};

/** Instants in epoch ms, amounts in minor units. */
export type Order = {
  readonly id: string;
  /** The name that buyer and shop know, like `#1006`. */
  readonly number: string | null;
  /** Its price; while a part of it is paid: the rest that is owed. null until amount and currency are known. */
  readonly amount: number | null;
  readonly currency: string | null;
  /** When it counts as created: as given, or the start of a presale's balance window, or when it ceased to be pending or cash on delivery. */
  readonly createdAt: number | null;
  /** When it closes by itself: as given, or the end of the balance window, or createdAt + the shop's closeAfter; null: never. */
  readonly closesAt: number | null;
  /** From when it may be chased (0: always; a presale: from its balance window on); null: nobody may chase it. */
  readonly chaseFrom: number | null;
  readonly cashOnDelivery: boolean;
  /** It was shipped or archived unpaid. */
  readonly shipped: boolean;
  /** The latest payment of the whole, refunded or not. */
  readonly paidAt: number | null;
  readonly refundedAt: number | null;
  /** null, as for nearly all orders: nothing was paid or refunded in parts. */
  readonly parts: Parts | null;
  /** When it was closed by an event: final, except that a payment still counts. */
  readonly closedAt: number | null;
  readonly closeReason: string | null;
  /** Tags of the order and of its items. */
  readonly tags: readonly string[];
  readonly items: readonly ItemPayload[];
  readonly payUrl: string | null;
  readonly note: string | null;
  readonly paymentMethod: string | null;
};

/** Greater by (occurredAt, id in code units) is the later. */
export function compareEvents(a: { occurredAt: number; id: string }, b: { occurredAt: number; id: string }): number {
  return a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

type Fields = { -readonly [K in keyof OrderPayload]?: OrderPayload[K] };

function assign(fields: Fields, type: EventType, payload: OrderPayload): void {
  // The amount of a payment or refund is what was paid or refunded.
  if (!isPayment(type)) {
    fields.amount = payload.amount ?? fields.amount;
    fields.currency = payload.currency ?? fields.currency;
  }
  fields.createdAt = payload.createdAt ?? fields.createdAt;
  fields.closesAt = payload.closesAt ?? fields.closesAt;
  fields.items = payload.items ?? fields.items;
  fields.paymentMethod = payload.paymentMethod ?? fields.paymentMethod;
  fields.payUrl = payload.payUrl ?? fields.payUrl;
  fields.tags = payload.tags ?? fields.tags;
  fields.pendingConfirmation = payload.pendingConfirmation ?? fields.pendingConfirmation;
  fields.shipped = payload.shipped ?? fields.shipped;
  fields.archived = payload.archived ?? fields.archived;
  fields.number = payload.number ?? fields.number;
  fields.note = payload.note ?? fields.note;
  if (payload.presale == null) return;
  const { depositPaid, balanceFrom, balanceTo } = payload.presale;
  fields.presale = {
    depositPaid: depositPaid ?? fields.presale?.depositPaid,
    balanceFrom: balanceFrom ?? fields.presale?.balanceFrom,
    balanceTo: balanceTo ?? fields.presale?.balanceTo,
  };
}

/** Folds the events of one order (any order, at least one) under its shop's policy. */
export function foldOrder(events: readonly ReceivedEvent[], shop: ShopPolicy): Order {
  const sorted = events.length > 1 ? [...events].sort(compareEvents) : events;
  const fields: Fields = {};
  let freedAt: number | null = null;
  let blocked = false;
  let erased = false;
  let isPaid = false;
  let closedAt: number | null = null;
  let closeReason: string | null = null;
  for (const event of sorted) {
    assign(fields, event.type, event.order);
    erased ||= event.order.erased === true;
    const blockedNow = erased || isBlocked(fields, shop);
    if (blocked && !blockedNow) freedAt = event.occurredAt;
    blocked = blockedNow;
    if (isPayment(event.type)) isPaid = true;
    else if (event.type === "order.closed") {
      closedAt = event.order.closedAt ?? event.occurredAt;
      closeReason = event.order.reason ?? closeReason;
    }
  }
  const cost = costOf(fields);
  const payments = isPaid ? addPayments(sorted, cost) : null;
  return {
    id: sorted[0]?.order.id ?? "",
    number: fields.number ?? null,
    ...times(fields, freedAt, blocked, shop),
    amount: cost.amount === null ? null : cost.amount - (payments?.paidPart ?? 0),
    currency: cost.currency,
    cashOnDelivery: isCashOnDelivery(fields.paymentMethod, shop),
    shipped: isShipped(fields),
    paidAt: payments?.paidAt ?? null,
    refundedAt: payments?.refundedAt ?? null,
    parts: partsOf(payments),
    closedAt,
    closeReason,
    tags: tagsOf(fields),
    items: fields.items ?? [],
    payUrl: fields.payUrl ?? null,
    note: fields.note ?? null,
    paymentMethod: fields.paymentMethod ?? null,
  };
}

/** Whether nobody may chase it at this point of its events: it waits for something else than the buyer's money, or nothing is owed. */
function isBlocked(fields: Fields, shop: ShopPolicy): boolean {
  const { pendingConfirmation, paymentMethod, amount } = fields;
  return (
    pendingConfirmation === true ||
    isCashOnDelivery(paymentMethod, shop) ||
    (amount != null && Number(amount) === 0) ||
    (!shop.chaseShipped && isShipped(fields))
  );
}

/** It left the shop's list unpaid: sold on credit. */
const isShipped = ({ shipped, archived }: Fields): boolean => shipped === true || archived === true;

function partsOf(payments: Payments | null): Parts | null {
  if (payments === null || (payments.parts.length === 0 && payments.refundedPart === 0)) return null;
  const { parts, paidPart, refundedPart } = payments;
  return { parts, paidPart, refundedPart };
}

function isCashOnDelivery(method: string | null | undefined, shop: ShopPolicy): boolean {
  return method != null && namesAny([method], shop.cashOnDelivery);
}

function times(fields: Fields, freedAt: number | null, blocked: boolean, shop: ShopPolicy) {
  const created = fields.createdAt ?? null;
  if (created === null) return { createdAt: null, closesAt: null, chaseFrom: null };
  const presale = fields.presale ?? null;
  const start = presale === null ? created : (presale.balanceFrom ?? created);
  const createdAt = freedAt === null ? start : presale === null ? freedAt : Math.max(freedAt, start);
  const givenClose = presale === null ? fields.closesAt : presale.balanceTo;
  const closesAt = givenClose ?? (shop.closeAfter === null ? null : createdAt + shop.closeAfter);
  const chaseable = !blocked && (presale === null || presale.depositPaid === true);
  return { createdAt, closesAt, chaseFrom: chaseable ? (presale === null ? 0 : start) : null };
}

function costOf(fields: Fields): { amount: number | null; currency: string | null } {
  const { amount, currency } = fields;
  if (amount == null || currency == null) return { amount: null, currency: currency ?? null };
  const minor = minorOf(amount, currency);
  // An amount too large to be exact counts as unknown.
  return { amount: Number.isSafeInteger(minor) ? minor : null, currency };
}

function tagsOf(fields: Fields): string[] {
  const tags = new Set(fields.tags ?? []);
  for (const item of fields.items ?? []) for (const tag of item.tags ?? []) tags.add(tag);
  return [...tags];
}

/** Whether we know enough to chase it: what it costs, and when it was created. */
export function isKnown(order: Order): boolean {
  return order.amount !== null && order.createdAt !== null;
}

/** Why an event ended it, whatever the clock says; a refunded order is over, too. */
export function overState(order: Order): "paid" | "refunded" | "closed" | null {
  if (order.refundedAt !== null) return "refunded";
  if (order.paidAt !== null) return "paid";
  return order.closedAt !== null ? "closed" : null;
}

/** The payment that silences reminders: not of a cash-on-delivery order and not refunded since. */
export function silencingPayment(order: Order): number | null {
  return order.cashOnDelivery || order.refundedAt !== null ? null : order.paidAt;
}
