/** The newest orders of a shop, kept for some seconds: while somebody writes a text, a preview asks for them at each pause. */
import type { Sql } from "../db/client.ts";
import { type RecentOrder, recentOrders } from "../db/stores/reads/preview-store.ts";

export type NewestOrders = (shop: string) => Promise<readonly RecentOrder[]>;

/** Orders among which those are looked for that could use a text. */
const LOOKED_AT = 300;
const KEPT_MS = 10_000;

/** `now`: epoch ms. */
export function createNewestOrders(sql: Sql, now: () => number): NewestOrders {
  const kept = new Map<string, { readonly readAt: number; readonly orders: Promise<readonly RecentOrder[]> }>();
  return (shop) => {
    const at = now();
    for (const [name, { readAt }] of kept) if (Math.abs(at - readAt) >= KEPT_MS) kept.delete(name);
    const known = kept.get(shop);
    if (known !== undefined) return known.orders;
    const orders = recentOrders(sql, shop, LOOKED_AT);
    kept.set(shop, { readAt: at, orders });
    orders.catch(() => kept.delete(shop));
    return orders;
  };
}
