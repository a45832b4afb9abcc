/** Promises to pay. They are stored with the case. */
import type { PaymentPromise } from "../../../core/rules/buyer-state.ts";
import type { Sql } from "../../client.ts";

export type LockedBuyer = {
  readonly id: string;
  readonly merged: boolean;
  /** The database's clock, epoch ms. */
  readonly now: number;
};

/** null: the order is not known, or has no buyer yet. */
export async function lockBuyerOfOrder(tx: Sql, shop: string, order: string): Promise<LockedBuyer | null> {
  const [buyer] = await tx<LockedBuyer[]>`
    select b.id, b.merged_into is not null as merged, dunlin_now() as now from orders o
    join buyers b on b.shop_id = o.shop_id and b.id = o.buyer_id where o.shop_id = ${shop} and o.id = ${order} for update of b`;
  return buyer ?? null;
}

export async function isKnownOrder(tx: Sql, shop: string, order: string): Promise<boolean> {
  const rows = await tx`select from orders where shop_id = ${shop} and id = ${order}`;
  return rows.length > 0;
}

/** Stores the promise with the open case of the order and marks its buyer as touched. null: the order has no open case. */
export async function keepPromise(
  tx: Sql,
  { shop, order, buyer }: { readonly shop: string; readonly order: string; readonly buyer: string },
  promise: PaymentPromise,
): Promise<{ readonly id: string; readonly orders: readonly string[] } | null> {
  const [kept] = await tx<{ id: string; orders: string[] }[]>`
    update cases c set promise = ${JSON.stringify(promise)}::text::jsonb from orders o
    where o.shop_id = ${shop} and o.id = ${order} and o.in_case and c.shop_id = o.shop_id and c.id = o.case_id and c.ended_at is null
    returning c.id, array(select m.id from orders m where m.shop_id = c.shop_id and m.buyer_id = c.buyer_id and m.case_id = c.id
      and m.in_case order by m.created_at, m.id) as orders`;
  if (kept === undefined) return null;
  await tx`update buyers set touched = true, wake_at = dunlin_now() where shop_id = ${shop} and id = ${buyer}`;
  return kept;
}
