/**
 * The truth about an order, read from docs/rules.md (rule 1) and not from the code: what its events say together, whatever the order in which they
 * came. It knows the events of scene.ts alone: payments without a time of their own, and refunds of the whole.
 */
import type { ReceivedEvent } from "../../../../src/core/order/order.ts";
import { DAY } from "../../../../src/core/values/duration.ts";
import { hash32 } from "../../../../src/core/values/hash.ts";
import type { Campaign } from "../../../../src/core/values/policy.ts";
import { ZONES } from "../world/scene.ts";

export type OrderTruth = {
  /** Minor units that are owed; null: not known yet. */
  readonly amount: number | null;
  readonly createdAt: number | null;
  readonly closesAt: number | null;
  readonly tags: readonly string[];
  readonly paidAt: number | null;
  readonly refundedAt: number | null;
  readonly closedAt: number | null;
  /** When it ceased to be pending or cash on delivery. */
  readonly freedAt: number | null;
  readonly method: string | null;
  readonly cashOnDelivery: boolean;
  readonly mayBeChased: boolean;
};

export function truthOf(received: Iterable<ReceivedEvent>, closeAfter: number | null): OrderTruth {
  const events = [...new Map([...received].map((event) => [event.id, event])).values()];
  events.sort((a, b) => a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : 1));
  // An amount in no known currency is about the whole.
  const isPriced = events.some(({ type, order }) => type !== "order.paid" && order.currency != null);
  let price: number | null = null;
  let created: number | null = null;
  let closes: number | null = null;
  let freed: number | null = null;
  let paidAt: number | null = null;
  let refundedAt: number | null = null;
  let closedAt: number | null = null;
  let lastPart: number | null = null;
  let paid = 0;
  let pending = false;
  let blocked = false;
  let method: string | null = null;
  let tags: readonly string[] = [];
  for (const { type, occurredAt, order } of events) {
    created = order.createdAt ?? created;
    closes = order.closesAt ?? closes;
    tags = order.tags ?? tags;
    method = order.paymentMethod ?? method;
    pending = order.pendingConfirmation ?? pending;
    if (type === "order.paid") {
      const part = order.amount == null || !isPriced ? null : Number(order.amount) * 100;
      if (refundedAt !== null) {
        paidAt = null;
        refundedAt = null;
        lastPart = null;
        paid = 0;
      } else if (part !== null && paidAt === null) {
        paid += part;
        lastPart = occurredAt;
        if (price !== null && paid < price) continue;
      }
      paid = Math.max(paid, price ?? 0);
      paidAt ??= occurredAt;
    } else if (type === "order.refunded") refundedAt = occurredAt;
    else if (type === "order.closed") closedAt = occurredAt;
    else if (order.amount != null) price = Number(order.amount) * 100;
    const nowBlocked = pending || method === "cod";
    if (blocked && !nowBlocked) freed = occurredAt;
    blocked = nowBlocked;
  }
  if (paidAt === null && refundedAt === null && lastPart !== null && (price === null || paid >= price))
    paidAt = lastPart;
  const createdAt = created === null ? null : (freed ?? created);
  return {
    amount: price === null || !isPriced ? null : price - (paidAt === null && refundedAt === null ? paid : 0),
    createdAt,
    closesAt: createdAt === null ? null : (closes ?? (closeAfter === null ? null : createdAt + closeAfter)),
    tags,
    ...{ paidAt, refundedAt, closedAt, freedAt: freed },
    method,
    cashOnDelivery: method === "cod",
    mayBeChased: createdAt !== null && !blocked,
  };
}

/** Rule 5, in zones without daylight saving time. */
export function isQuietAt(
  quiet: { readonly from: number; readonly to: number } | null,
  zone: string,
  at: number,
): boolean {
  if (quiet === null || quiet.from === quiet.to) return false;
  const clock = (((at + (ZONES[zone] ?? 0)) % DAY) + DAY) % DAY;
  return quiet.from < quiet.to ? clock >= quiet.from && clock < quiet.to : clock >= quiet.from || clock < quiet.to;
}

/** Rule 16. */
export const isKeptFromPeopleBy = ({ key, manual }: Campaign, shop: string, bucket: number): boolean =>
  hash32(`manual\n${key}\n${shop}\n${bucket}`) / 2 ** 32 < (manual?.holdout ?? 0);

/** Rule 15. */
export const isHeldOutBy = ({ key, holdout }: Campaign, shop: string, bucket: number): boolean =>
  holdout > 0 && hash32(`holdout\n${key}\n${shop}\n${bucket}`) / 2 ** 32 < holdout;

export type Truths = ReadonlyMap<string, OrderTruth>;
