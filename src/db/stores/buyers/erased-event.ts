/** Order events of erased buyers and old ones: the facts that figures need, and nothing that says who it was or what was bought. */
import type { OrderPayload } from "../../../core/order/event.ts";

export type ErasedPayload = OrderPayload & { readonly erased: true };

export const erasedPayload = (order: OrderPayload): ErasedPayload => ({ ...factsOf(order), erased: true });

/** The same for an old event. It is marked, so that it is not read again. */
export const reducedPayload = (order: OrderPayload): OrderPayload & { readonly reduced: true } => ({
  ...factsOf(order),
  reduced: true,
});

function factsOf(order: OrderPayload): OrderPayload {
  const { id, amount, currency, createdAt, closesAt, paidAt, closedAt, paymentMethod, presale } = order;
  const { pendingConfirmation, shipped, archived, items } = order;
  const tags = [...new Set([...(order.tags ?? []), ...(items ?? []).flatMap((item) => item.tags ?? [])])];
  return {
    ...{ id, amount, currency, createdAt, closesAt, paidAt, closedAt, paymentMethod, presale },
    ...{ pendingConfirmation, shipped, archived, tags: order.tags == null && items == null ? undefined : tags },
  };
}
