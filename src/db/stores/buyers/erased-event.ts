/** An order event as it is kept of an erased buyer: the facts that figures need, and nothing that tells who it was or what was bought. */
import type { OrderPayload } from "../../../core/order/event.ts";

export type ErasedPayload = OrderPayload & { readonly erased: true };

export function erasedPayload(order: OrderPayload): ErasedPayload {
  const { id, amount, currency, createdAt, closesAt, paidAt, closedAt, paymentMethod, presale } = order;
  const { pendingConfirmation, shipped, archived, items } = order;
  const tags = [...new Set([...(order.tags ?? []), ...(items ?? []).flatMap((item) => item.tags ?? [])])];
  const kept: OrderPayload = {
    ...{ id, amount, currency, createdAt, closesAt, paidAt, closedAt, paymentMethod, presale },
    ...{ pendingConfirmation, shipped, archived, tags: order.tags == null && items == null ? undefined : tags },
  };
  return { ...kept, erased: true };
}
