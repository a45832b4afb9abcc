/** Buyers of whom something is due. Everything is judged by the database's clock. */
import type { Sql } from "../../client.ts";
import { type Key, uuidKeys } from "../../keys.ts";
import { rowSet, text, uuid } from "../../rows.ts";
import type { BuyerRow } from "../buyers/loaded-buyer.ts";

/** Locks up to `limit` buyers of whom something is due; it skips those that another worker has locked. */
export function lockDueBuyers(sql: Sql, limit: number) {
  return sql<BuyerRow[]>`
    select shop_id, id, platform_id, bucket, profile, wake_at, touched, waits_for from buyers
    where wake_at <= (select dunlin_now()) order by wake_at limit ${limit} for update skip locked`;
}

/** How many buyers have something due or wait for a rate limit, counted up to `max`, and how long the first of them has waited, ms. */
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

/** How many buyers have something due, counted up to `max`, and whether others wait for a channel's rate limit. */
export async function lookForWork(sql: Sql, max: number): Promise<{ due: number; waiting: boolean }> {
  const [row] = await sql<{ due: number; waiting: boolean }[]>`
    with clock as (select dunlin_now() as now),
    due as (select 1 from buyers where wake_at <= (select now from clock) order by wake_at limit ${max}),
    again as (select 1 from reminders where retry_at <= (select now from clock) order by retry_at limit ${max})
    select ((select count(*) from due) + (select count(*) from again))::int as due,
      (select waits_for from buyers where waits_for is not null order by waits_for, waits_since limit 1) is not null as waiting`;
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
        and (r.reason in ('gap', 'recent') or r.plan -> 'moves' @> '[{"rule": "gap"}]'))`;
}
