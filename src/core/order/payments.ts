/**
 * Adds up the payments and refunds of an order (docs/rules.md, rule 1). An event with an amount below the whole is about a part. An amount of
 * zero or in another currency cannot be compared: the event is then about the whole. Amounts are minor units, instants epoch ms.
 */
import { currencyDigits, parseAmount } from "../values/money.ts";
import type { EventType, OrderPayload } from "./event.ts";

export type PaymentPart = readonly [at: number, amount: number];

/** The parts in which the order was paid or refunded. */
export type Parts = Pick<Payments, "parts" | "paidPart" | "refundedPart">;

export type Payments = {
  /** When the whole was paid, refunded or not; null: it is not paid. */
  readonly paidAt: number | null;
  /** When all that was paid was refunded; nothing was paid since. */
  readonly refundedAt: number | null;
  /** The payments that were parts. */
  readonly parts: readonly PaymentPart[];
  /** The sum of the parts while the rest is owed, else 0. */
  readonly paidPart: number;
  /** The sum of the refunds of a payment that stands, without what had been paid too much; else 0. */
  readonly refundedPart: number;
};

type Event = {
  readonly id: string;
  readonly type: EventType;
  readonly occurredAt: number;
  readonly order: OrderPayload;
};
type Cost = { readonly amount: number | null; readonly currency: string | null };

export const isPayment = (type: EventType): boolean => type === "order.paid" || type === "order.refunded";

/** An amount that came without its currency may have too many decimals for it: it is rounded to the coin. Not a safe integer: too large. */
export const minorOf = (amount: string, currency: string): number =>
  parseAmount(amount, currency) ?? Math.round(Number(amount) * 10 ** (currencyDigits(currency) ?? 2));

/** `sorted`: the events as the fold sorts them; `cost`: what the order costs according to all of them. */
export function addPayments(sorted: readonly Event[], cost: Cost): Payments {
  const { currency } = cost;
  // A payment is judged by the price at its time: a price that rises later does not open a paid order again.
  let price = cost.amount;
  let paidAt: number | null = null;
  let refundedAt: number | null = null;
  let partRefundedAt: number | null = null;
  let parts: PaymentPart[] = [];
  let paid = 0;
  let refunded = 0;
  let previous: string | null = null;
  for (const { id, type, order, occurredAt } of sorted) {
    // The same event twice is one payment.
    if (id === previous) continue;
    previous = id;
    const part = partOf(order, currency);
    if (type === "order.paid") {
      const at = order.paidAt ?? occurredAt;
      if (refundedAt !== null) {
        // A payment after the whole was refunded is a new one, of the whole: a refunded order is not opened again for a rest.
        [paidAt, refundedAt, parts, paid, refunded] = [null, null, [], 0, 0];
      } else if (part !== null && paidAt === null) {
        parts.push([at, part]);
        paid += part;
        if (price !== null && paid < price) continue;
      }
      paid = Math.max(paid, price ?? 0);
      // A payment that is reported again without its time is the same payment, whichever id its event has.
      if (paidAt === null || order.paidAt != null) paidAt = at;
    } else if (type === "order.refunded") {
      refunded += part ?? 0;
      const isKnown = paidAt !== null || parts.length > 0;
      const whole = isKnown ? paid : price;
      if (part === null || (whole !== null && refunded >= whole)) refundedAt = occurredAt;
      else partRefundedAt = occurredAt;
    } else if (order.amount != null && currency !== null) price = minorOf(order.amount, order.currency ?? currency);
  }
  const lastAt = parts.at(-1)?.[0] ?? null;
  // The price fell to what was paid, or no event says the price.
  if (paidAt === null && refundedAt === null && (cost.amount === null || paid >= cost.amount)) paidAt = lastAt;
  // Nobody reported the payment that this refund is of.
  if (paidAt === null && refundedAt === null && lastAt === null) refundedAt = partRefundedAt;
  const stands = paidAt !== null && refundedAt === null;
  const excess = Math.max(0, paid - (cost.amount ?? paid));
  return {
    paidAt,
    refundedAt,
    parts,
    paidPart: paidAt === null && refundedAt === null ? paid : 0,
    refundedPart: stands ? Math.max(0, refunded - excess) : 0,
  };
}

/** null: the event is about the whole. */
function partOf({ amount, currency }: OrderPayload, known: string | null): number | null {
  if (amount == null || known === null || (currency != null && currency !== known)) return null;
  return minorOf(amount, known) || null;
}
