/** Facts of the owner's page besides the figures of the report. */
import type { Sql } from "../../../client.ts";
import { texts } from "../../../columns.ts";
import { inWindows, type Window } from "../windows.ts";

/** When the first buyer of these windows came to an arm, epoch ms; null: none did. */
export async function firstExposureAt(sql: Sql, windows: readonly Window[]): Promise<number | null> {
  const [row] = await sql<{ at: number | null }[]>`
    select min(e.at) as at from exposures e where ${inWindows(sql, windows, { shop: "e.shop_id", at: "e.at" })}`;
  return row?.at ?? null;
}

export type ShopClock = { readonly shop: string; readonly ms: number };

/** Fewer events say nothing about a clock. */
const MIN_EVENTS = 10;
/** The newest orders of each shop whose events are looked at, however many the others have. */
const MAX_ORDERS = 500;

/**
 * How long after they happened the events of each shop arrive, by the median of a day: negative where the clock of its system is ahead. Events that
 * are older than an hour on arrival were imported, and tell nothing about a clock.
 */
export function readShopClocks(sql: Sql, shops: readonly string[]) {
  return sql<ShopClock[]>`
    select s.shop_id as shop, percentile_cont(0.5) within group (order by extract(epoch from e.received_at - e.occurred_at)::float8 * 1000) as ms
    from unnest(${texts(shops)}::text[]) as s(shop_id)
    cross join lateral (
      select o.id from orders o where o.shop_id = s.shop_id and o.created_at > dunlin_now() - interval '2 days'
      order by o.created_at desc limit ${MAX_ORDERS}) latest
    join order_events e on e.shop_id = s.shop_id and e.order_id = latest.id
    where e.received_at > dunlin_now() - interval '1 day' and e.received_at - e.occurred_at < interval '1 hour'
    group by s.shop_id having count(*) >= ${MIN_EVENTS} order by s.shop_id`;
}
