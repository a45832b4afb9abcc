/** Buyers of whom something is due. Everything is judged by the database's clock. */
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";
import { type Key, uuidKeys } from "../../keys.ts";
import { rowSet, text, uuid } from "../../rows.ts";
import { BUYER_COLUMNS, type BuyerRow } from "../buyers/loaded-buyer.ts";

/** Locks up to `limit` buyers of whom something is due; it skips those that another worker has locked. */
export function lockDueBuyers(sql: Sql, limit: number) {
  return sql<BuyerRow[]>`
    select ${sql.unsafe(BUYER_COLUMNS)} from buyers b
    where wake_at <= (select dunlin_now()) order by wake_at limit ${limit} for update skip locked`;
}

/**
 * Locks due buyers of these shops, of each the same number and the longest due first; together up to `limit`, but at least one of each. It
 * skips those that another worker has locked.
 */
export function lockDueOfShops(sql: Sql, shops: readonly string[], limit: number) {
  const share = Math.max(1, Math.floor(limit / shops.length));
  return sql<BuyerRow[]>`
    select due.* from unnest(${texts(shops)}::text[]) as n(shop_id)
    cross join lateral (
      select ${sql.unsafe(BUYER_COLUMNS)} from buyers b
      where b.shop_id = n.shop_id and wake_at <= (select dunlin_now()) order by wake_at limit ${share} for update skip locked) due`;
}

export type ShopDue = { readonly shop: string; readonly due: boolean };

/** The next `limit` shops after this one, in the database's order, whose buyers have something to decide at some time, and whether it is due. */
export function nextShops(sql: Sql, after: string, limit: number) {
  return sql<ShopDue[]>`
    with recursive shop as (
      (select shop_id, wake_at, 1 as place from buyers where wake_at is not null and shop_id > ${after}
        order by shop_id, wake_at limit 1)
      union all
      select next.shop_id, next.wake_at, place + 1 from shop cross join lateral (
        select shop_id, wake_at from buyers where wake_at is not null and shop_id > shop.shop_id
        order by shop_id, wake_at limit 1) next
      where place < ${limit}::int)
    select shop_id as shop, wake_at <= (select dunlin_now()) as due from shop order by place`;
}

/** How many buyers have something due or wait for a channel, counted up to `max`, and how long the first of them has waited, ms. */
export async function countDue(sql: Sql, max: number): Promise<{ due: number; lagMs: number }> {
  const [row] = await sql<{ due: number; lag: number | null }[]>`
    with clock as (select dunlin_now() as now),
    due as (select wake_at as at from buyers where wake_at <= (select now from clock) and waits_for is null
      order by wake_at limit ${max}),
    waiting as (select waits_since as at from buyers where waits_for is not null order by waits_since limit ${max}),
    again as (select retry_at as at from reminders where retry_at <= (select now from clock) order by retry_at limit ${max}),
    every_kind as (select at from due union all select at from waiting union all select at from again)
    select least(count(*), ${max})::int as due, (extract(epoch from (select now from clock) - min(at)) * 1000)::float8 as lag
    from every_kind`;
  return { due: row?.due ?? 0, lagMs: Math.max(0, row?.lag ?? 0) };
}

/** How many buyers have something due, counted up to `max`, and whether others wait for a channel. */
export async function lookForWork(sql: Sql, max: number): Promise<{ due: number; waiting: boolean }> {
  const [row] = await sql<{ due: number; waiting: boolean }[]>`
    with clock as (select dunlin_now() as now),
    due as (select 1 from buyers where wake_at <= (select now from clock) order by wake_at limit ${max}),
    again as (select 1 from reminders where retry_at <= (select now from clock) order by retry_at limit ${max})
    select ((select count(*) from due) + (select count(*) from again))::int as due,
      (select waits_for from buyers where waits_for is not null order by waits_for limit 1) is not null as waiting`;
  return { due: row?.due ?? 0, waiting: row?.waiting ?? false };
}

/** Puts off buyers that cannot be decided. One that another worker has decided meanwhile, and is no longer due, stays as it is. */
export function putOff(sql: Sql, buyers: readonly Key[], until: number) {
  return sql`
    update buyers b set wake_at = ${new Date(until)}, waits_for = null, waits_since = null
    from ${uuidKeys.rows(sql, buyers)}
    where b.shop_id = n.shop_id and b.id = n.id and (b.wake_at <= dunlin_now() or b.waits_for is not null)`;
}

/** Has buyers replanned when a worker next looks at them, which is at once. The caller holds their locks. */
export function planAnew(sql: Sql, buyers: readonly Key[]) {
  return sql`
    update buyers b set touched = true, wake_at = dunlin_now()
    from ${uuidKeys.rows(sql, buyers)}
    where b.shop_id = n.shop_id and b.id = n.id`;
}

type FailedReminder = { readonly shop: string; readonly reminderId: string };

const failedReminders = rowSet<FailedReminder>({
  shop_id: text(({ shop }) => shop),
  id: uuid(({ reminderId }) => reminderId),
});

/** Has those buyers replanned whose plan keeps a gap to one of these failed reminders. The caller holds their locks. */
export function planAnewWithout(sql: Sql, failed: readonly FailedReminder[]) {
  return sql`
    update buyers b set touched = true, wake_at = dunlin_now()
    from ${failedReminders.rows(sql, failed)}
    join reminders f on f.shop_id = n.shop_id and f.id = n.id
    where b.shop_id = f.shop_id and b.id = f.buyer_id and exists (
      select from reminders r where r.shop_id = f.shop_id and r.buyer_id = f.buyer_id and r.state = 'planned'
        and (r.reason in ('gap', 'recent') or (r.plan -> 'moves')::jsonb @> '[{"rule": "gap"}]'))`;
}
