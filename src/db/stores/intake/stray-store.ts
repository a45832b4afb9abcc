/** Stray orders: no event has named their buyer yet. They are kept, so that a payment that arrives before its order is not lost. */
import type { Order } from "../../../core/order/order.ts";
import type { Sql } from "../../client.ts";
import { type Columns, type Fragment, rowSet, text, word } from "../../rows.ts";
import { factColumns, statusOf } from "../buyers/order-rows.ts";

export type Stray = { readonly shop: string; readonly order: Order };

const KEY: Columns<Stray> = {
  shop_id: text(({ shop }) => shop),
  id: text(({ order }) => order.id),
};
const strays = rowSet<Stray>(KEY, {
  status: word(({ order }) => statusOf(order)),
  ...factColumns(({ order }) => order),
});

/** A unique violation means that another transaction inserted one of them first: run the whole transaction again. */
export function insertStrays(sql: Sql, rows: readonly Stray[], now: number): Fragment | null {
  if (rows.length === 0) return null;
  return sql`
    insert into orders (${strays.names(sql)}, seen_at)
    select ${strays.values(sql)}, ${new Date(now)} from ${strays.rows(sql, rows)}`;
}

/** Stored ones, which the caller has locked. */
export function updateStrays(sql: Sql, rows: readonly Stray[]): Fragment | null {
  if (rows.length === 0) return null;
  return sql`
    update orders o set ${strays.set(sql)}
    from ${strays.rows(sql, rows)}
    where o.shop_id = n.shop_id and o.id = n.id`;
}
