/** A known order as the facts that a template is rendered from. */
import type { Order } from "../core/order/order.ts";
import type { TemplateOrderFacts } from "./template/data.ts";

/**
 * `null`: the order's amount is not known yet. `now` stands in for a creation time that was not reported. `withItems` false saves the
 * copies where the template shows no items.
 */
export function orderFacts(order: Order | undefined, now: number, withItems = true): TemplateOrderFacts | null {
  if (order === undefined || order.amount === null || order.currency === null) return null;
  return {
    id: order.id,
    number: order.number,
    amount: order.amount,
    currency: order.currency,
    createdAt: order.createdAt ?? now,
    closesAt: order.closesAt,
    payUrl: order.payUrl,
    items: (withItems ? order.items : []).map(({ sku, title, quantity, price }) => ({
      sku: sku ?? null,
      title: title ?? null,
      quantity: quantity ?? null,
      price: price ?? null,
    })),
    note: order.note,
  };
}
