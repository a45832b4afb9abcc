/** What buyers promise: told by a person, kept with the case, and planned by as soon as somebody next looks at the buyer. */
import type { PaymentPromise } from "../../../core/rules/buyer-state.ts";
import type { Sql } from "../../client.ts";
import { inTransaction } from "../../transaction.ts";

export type PromiseRecord = {
  readonly shop: string;
  readonly order: string;
  readonly at: number;
  readonly reason: string | null;
  readonly by: string | null;
};

export type Recorded =
  | { readonly kind: "recorded"; readonly caseId: string; readonly orders: readonly string[] }
  | { readonly kind: "unknown_order" | "no_open_case" }
  | { readonly kind: "past"; readonly now: number };

/** The promise holds for the whole case of the order; of several the last recorded. Its time must lie ahead, by the database's clock. */
export async function recordPromise(sql: Sql, record: PromiseRecord): Promise<Recorded> {
  for (;;) {
    const result = await inTransaction(sql, (tx) => attempt(tx, record));
    if (result !== "merged") return result;
  }
}

async function attempt(tx: Sql, { shop, order, at, reason, by }: PromiseRecord): Promise<Recorded | "merged"> {
  const [buyer] = await tx<{ id: string; merged: boolean; now: number }[]>`
    select b.id, b.merged_into is not null as merged, dunlin_now() as now from orders o
    join buyers b on b.shop_id = o.shop_id and b.id = o.buyer_id where o.shop_id = ${shop} and o.id = ${order} for update of b`;
  if (buyer === undefined) return { kind: await isStored(tx, shop, order) };
  // Merged while this waited for the lock: the order is another buyer's now.
  if (buyer.merged) return "merged";
  if (at <= buyer.now) return { kind: "past", now: buyer.now };
  const promise: PaymentPromise = { at, recordedAt: Math.floor(buyer.now), reason, by };
  const [kept] = await tx<{ id: string; orders: string[] }[]>`
    update cases c set promise = ${JSON.stringify(promise)}::text::jsonb from orders o
    where o.shop_id = ${shop} and o.id = ${order} and o.in_case and c.shop_id = o.shop_id and c.id = o.case_id and c.ended_at is null
    returning c.id, array(select m.id from orders m where m.shop_id = c.shop_id and m.buyer_id = c.buyer_id and m.case_id = c.id
      and m.in_case order by m.created_at, m.id) as orders`;
  if (kept === undefined) return { kind: "no_open_case" };
  await tx`update buyers set touched = true, wake_at = dunlin_now() where shop_id = ${shop} and id = ${buyer.id}`;
  return { kind: "recorded", caseId: kept.id, orders: kept.orders };
}

/** An order may be known while nobody told whose it is. */
async function isStored(tx: Sql, shop: string, order: string): Promise<"no_open_case" | "unknown_order"> {
  const rows = await tx`select from orders where shop_id = ${shop} and id = ${order}`;
  return rows.length > 0 ? "no_open_case" : "unknown_order";
}
