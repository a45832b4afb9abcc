/** The newest orders of all shops. The index finds them, so the cost depends on the limit and not on how much is stored. */
import type { Order } from "../../../core/order/order.ts";
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";
import { ORDER_COLUMNS, type OrderRow, orderOf } from "../buyers/order-rows.ts";
import { shopsWithOrders } from "./stored-order-store.ts";

/** Created within the last `days`; newest first. */
export async function newestOrders(
  sql: Sql,
  { days, limit }: { readonly days: number; readonly limit: number },
): Promise<{ readonly shop: string; readonly order: Order }[]> {
  const shops = texts(await shopsWithOrders(sql));
  const rows = await sql<OrderRow[]>`
    with newest as (
      select each.* from unnest(${shops}::text[]) as s (shop_id) cross join lateral (
        select o.shop_id, o.id, o.created_at from orders o
        where o.shop_id = s.shop_id and o.created_at > dunlin_now() - ${days} * interval '1 day' and o.created_at <= dunlin_now()
        order by o.created_at desc, o.id desc limit ${limit}) each
      order by each.created_at desc limit ${limit})
    select ${sql.unsafe(ORDER_COLUMNS)} from newest n join orders o on o.shop_id = n.shop_id and o.id = n.id
    order by o.created_at desc, o.shop_id, o.id`;
  return rows.map((row) => ({ shop: row.shop_id, order: orderOf(row) }));
}
