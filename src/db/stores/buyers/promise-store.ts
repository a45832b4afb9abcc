/** Promises to pay. They are stored with the case. */
import type { PaymentPromise } from "../../../core/rules/buyer-state.ts";
import type { Reason } from "../../../core/values/reason.ts";
import type { Sql } from "../../client.ts";
import { ts } from "../../types.ts";

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

export type PromisedCase = {
  readonly id: string;
  readonly campaign: string | null;
  readonly manual: boolean;
  /** When a person's case goes back to the reminders; null: never. */
  readonly backAt: number | null;
  /** Why no step of the whole case is planned. */
  readonly waiting: Reason | null;
  /** Planned sends that are due before the promise. */
  readonly earlier: number;
  readonly orders: readonly { readonly id: string; readonly closesAt: number | null }[];
};

/** The open case of the order, and what a promise for `at` (epoch ms) meets in it. null: the order has no open case. */
export async function loadPromised(
  tx: Sql,
  {
    shop,
    order,
    buyer,
    at,
  }: { readonly shop: string; readonly order: string; readonly buyer: string; readonly at: number },
): Promise<PromisedCase | null> {
  const rows = await tx<(Omit<PromisedCase, "orders"> & { order_id: string; closes_at: number | null })[]>`
    select c.id, c.campaign, c.manual, c.back_at as "backAt", c.whole_reason as waiting, m.id as order_id, m.closes_at,
      (select count(*)::int4 from reminders r where r.shop_id = c.shop_id and r.buyer_id = c.buyer_id and r.case_id = c.id
        and r.state = 'planned' and r.kind = 'send' and r.due_at < ${ts(at)}) as earlier
    from orders o join cases c on c.shop_id = o.shop_id and c.id = o.case_id and c.ended_at is null
    join orders m on m.shop_id = c.shop_id and m.buyer_id = c.buyer_id and m.case_id = c.id and m.in_case
    where o.shop_id = ${shop} and o.id = ${order} and o.buyer_id = ${buyer} and o.in_case order by m.created_at, m.id`;
  const [first] = rows;
  if (first === undefined) return null;
  const { id, campaign, manual, backAt, waiting, earlier } = first;
  const orders = rows.map((row) => ({ id: row.order_id, closesAt: row.closes_at }));
  return { id, campaign, manual, backAt, waiting, earlier, orders };
}

/** Stores the promise with the open case and marks its buyer as touched. */
export async function keepPromise(
  tx: Sql,
  { shop, buyer, ...of }: { readonly shop: string; readonly buyer: string; readonly case: string },
  promise: PaymentPromise,
): Promise<void> {
  await tx`update cases set promise = ${JSON.stringify(promise)}::text::jsonb where shop_id = ${shop} and id = ${of.case}`;
  await tx`update buyers set touched = true, wake_at = dunlin_now() where shop_id = ${shop} and id = ${buyer}`;
}
