/** Facts of the owner's page besides the figures of the report. */
import type { Sql } from "../../../client.ts";
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
/** The events of a day that are looked at. */
const MAX_EVENTS = 20_000;

/**
 * How long after they happened the events of each shop arrive, by the median of a day: negative where the clock of its system is ahead. Events that
 * are older than an hour on arrival were imported, and tell nothing about a clock.
 */
export function readShopClocks(sql: Sql, shop: string | null) {
  return sql<ShopClock[]>`
    select shop_id as shop, percentile_cont(0.5) within group (order by ms) as ms
    from (
      select shop_id, extract(epoch from received_at - occurred_at)::float8 * 1000 as ms from order_events
      where received_at > dunlin_now() - interval '1 day' and received_at - occurred_at < interval '1 hour'
        ${shop === null ? sql`` : sql`and shop_id = ${shop}`}
      limit ${MAX_EVENTS}) latest
    group by shop_id having count(*) >= ${MIN_EVENTS} order by shop_id`;
}
