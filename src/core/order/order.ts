/**
 * An order is the fold of its events. The fold sorts by (occurredAt, id), so that any order of arrival and any repetition
 * gives the same order; per field the latest told value wins and `null` keeps the old.
 */

import { currencyDigits, parseAmount } from "../values/money.ts";
import type { ShopPolicy } from "../values/policy.ts";
import type { EventType, ItemPayload, OrderPayload } from "./event.ts";

/** What one event told, as far as the fold reads it. */
export type ReceivedEvent = {
  readonly id: string;
  readonly type: EventType;
  readonly occurredAt: number;
  readonly order: OrderPayload;
};

/** Instants in epoch ms, amounts in minor units. */
export type Order = {
  readonly id: string;
  /** null until amount and currency are told. */
  readonly amount: number | null;
  readonly currency: string | null;
  /** When it counts as created: told, or the start of a presale's balance window, or when it ceased to be pending or cash on delivery. */
  readonly createdAt: number | null;
  /** When it closes by itself: told, or the end of the balance window, or createdAt + the shop's closeAfter; null: never. */
  readonly closesAt: number | null;
  /** From when it may be chased (0: always; a presale: from its balance window on); null: nobody may chase it. */
  readonly chaseFrom: number | null;
  readonly cashOnDelivery: boolean;
  /** The latest payment, refunded or not. */
  readonly paidAt: number | null;
  readonly refundedAt: number | null;
  /** A told close; final but for payment. */
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

function assign(fields: Fields, told: OrderPayload): void {
  fields.amount = told.amount ?? fields.amount;
  fields.currency = told.currency ?? fields.currency;
  fields.createdAt = told.createdAt ?? fields.createdAt;
  fields.closesAt = told.closesAt ?? fields.closesAt;
  fields.items = told.items ?? fields.items;
  fields.paymentMethod = told.paymentMethod ?? fields.paymentMethod;
  fields.payUrl = told.payUrl ?? fields.payUrl;
  fields.tags = told.tags ?? fields.tags;
  fields.pendingConfirmation = told.pendingConfirmation ?? fields.pendingConfirmation;
  fields.note = told.note ?? fields.note;
  if (told.presale == null) return;
  const { depositPaid, balanceFrom, balanceTo } = told.presale;
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
  let paidAt: number | null = null;
  let paidAtTold = false;
  let refundedAt: number | null = null;
  let closedAt: number | null = null;
  let closeReason: string | null = null;
  for (const event of sorted) {
    assign(fields, event.order);
    const blockedNow = fields.pendingConfirmation === true || isCashOnDelivery(fields.paymentMethod, shop);
    if (blocked && !blockedNow) freedAt = event.occurredAt;
    blocked = blockedNow;
    if (event.type === "order.paid") {
      // A payment told again without its time is the same payment, unless the first one was refunded.
      const again: boolean = event.order.paidAt == null && paidAtTold && refundedAt === null;
      if (!again) paidAt = event.order.paidAt ?? event.occurredAt;
      paidAtTold = again || event.order.paidAt != null;
      refundedAt = null;
    } else if (event.type === "order.refunded") refundedAt = event.occurredAt;
    else if (event.type === "order.closed") {
      closedAt = event.order.closedAt ?? event.occurredAt;
      closeReason = event.order.reason ?? closeReason;
    }
  }
  return {
    id: sorted[0]?.order.id ?? "",
    ...times(fields, freedAt, blocked, shop),
    ...amountOf(fields),
    cashOnDelivery: isCashOnDelivery(fields.paymentMethod, shop),
    paidAt,
    refundedAt,
    closedAt,
    closeReason,
    tags: tagsOf(fields),
    items: fields.items ?? [],
    payUrl: fields.payUrl ?? null,
    note: fields.note ?? null,
    paymentMethod: fields.paymentMethod ?? null,
  };
}

function isCashOnDelivery(method: string | null | undefined, shop: ShopPolicy): boolean {
  return method != null && shop.cashOnDelivery.includes(method);
}

function times(fields: Fields, freedAt: number | null, blocked: boolean, shop: ShopPolicy) {
  const told = fields.createdAt ?? null;
  if (told === null) return { createdAt: null, closesAt: null, chaseFrom: null };
  const presale = fields.presale ?? null;
  const start = presale === null ? told : (presale.balanceFrom ?? told);
  const createdAt = freedAt === null ? start : presale === null ? freedAt : Math.max(freedAt, start);
  const toldClose = presale === null ? fields.closesAt : presale.balanceTo;
  const closesAt = toldClose ?? (shop.closeAfter === null ? null : createdAt + shop.closeAfter);
  const chaseable = !blocked && (presale === null || presale.depositPaid === true);
  return { createdAt, closesAt, chaseFrom: chaseable ? (presale === null ? 0 : start) : null };
}

function amountOf(fields: Fields): { amount: number | null; currency: string | null } {
  const { amount, currency } = fields;
  if (amount == null || currency == null) return { amount: null, currency: currency ?? null };
  // Told apart, an amount may have more decimals than the currency told later: then it is rounded to the coin.
  const minor = parseAmount(amount, currency) ?? Math.round(Number(amount) * 10 ** (currencyDigits(currency) ?? 2));
  // More than can be held exactly counts as not told.
  return { amount: Number.isSafeInteger(minor) ? minor : null, currency };
}

function tagsOf(fields: Fields): string[] {
  const tags = new Set(fields.tags ?? []);
  for (const item of fields.items ?? []) for (const tag of item.tags ?? []) tags.add(tag);
  return [...tags];
}

/** Enough is told to chase it: what it costs, and when it was created. */
export function isKnown(order: Order): boolean {
  return order.amount !== null && order.createdAt !== null;
}

/** Over by what was told, whatever the clock says; a refunded order is over, too. */
export function overState(order: Order): "paid" | "refunded" | "closed" | null {
  if (order.refundedAt !== null) return "refunded";
  if (order.paidAt !== null) return "paid";
  return order.closedAt !== null ? "closed" : null;
}

/** The payment that silences reminders: not of a cash-on-delivery order and not refunded since. */
export function silencingPayment(order: Order): number | null {
  return order.cashOnDelivery || order.refundedAt !== null ? null : order.paidAt;
}
