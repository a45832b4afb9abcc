/**
 * Sums the exposures by local days, once all of a day are mature: then only a payment that is received late, a refund or a merge changes them. The
 * exposures of later days, and of those that were written since, are counted from their rows (reads/report/report-arms-store.ts).
 */
import type { Sql } from "../../../client.ts";
import type { Fragment } from "../../../rows.ts";
import { inTransaction } from "../../../transaction.ts";
import { ts } from "../../../types.ts";
import { LOCK } from "./fold-store.ts";

/** Sums what can be of a shop that is summed in this zone. */
export function sumExposures(sql: Sql, shop: string, zone: string): Promise<void> {
  return inTransaction(sql, async (tx) => {
    await tx.unsafe(LOCK);
    const [state] = await tx<{ until: number | null }[]>`
      select exposures_until as until from report_zones where shop_id = ${shop} and zone = ${zone}`;
    if (state === undefined) return;
    await tx`select set_config('jit', 'off', true), set_config('plan_cache_mode', 'auto', true)`;
    const changed = await tx<{ day: number; ends: number }[]>`
      with gone as (delete from exposure_changes where shop_id = ${shop} returning at)
      select day, ${nextDay(tx, zone)} as ends
      from (select distinct report_day(at, ${zone}) as day from gone) days order by 1`;
    const first = state.until ?? (await firstDay(tx, shop, zone));
    if (first === null) return;
    const before = changed.filter(({ day }) => day < first);
    // Not mature again: it stays among the changes, and is counted from its rows.
    for (const { day, ends } of before)
      if ((await sumDays(tx, { shop, zone, from: day, to: ends })) !== ends)
        await tx`insert into exposure_changes (shop_id, at) values (${shop}, ${ts(day)})`;
    const until = await sumDays(tx, { shop, zone, from: first, to: null });
    await tx`update report_zones set exposures_until = ${ts(until)} where shop_id = ${shop}`;
  });
}

/** The start of the day after the one that starts at the column `day`: half a day behind its end, whichever length it has. */
export const nextDay = (sql: Sql, zone: string | Fragment) => sql`report_day(day + interval '36 hours', ${zone})`;

async function firstDay(sql: Sql, shop: string, zone: string): Promise<number | null> {
  const [row] = await sql<{ day: number | null }[]>`
    select report_day(min(at), ${zone}) as day from exposures where shop_id = ${shop}`;
  return row?.day ?? null;
}

type Days = { readonly shop: string; readonly zone: string; readonly from: number; readonly to: number | null };

/** Sums the days from `from` on that are over and mature, up to the first that is not. Returns its start. */
async function sumDays(sql: Sql, { shop, zone, from, to }: Days): Promise<number> {
  const [row] = await sql<{ until: number }[]>`
    select least(report_day(dunlin_now(), ${zone}), ${to === null ? null : ts(to)}::timestamptz,
      (select report_day(min(at), ${zone}) from exposures
        where shop_id = ${shop} and at >= ${ts(from)} and at + window_ms * interval '1 ms' > dunlin_now())) as until`;
  const until = row?.until ?? from;
  await sql`delete from exposure_sums where shop_id = ${shop} and day >= ${ts(from)} and day < ${ts(Math.max(from, to ?? until))}`;
  if (until <= from) return from;
  const keys = "shop_id, day, campaign, campaign_version, share, held, variant, previous_day";
  await sql`
    with own as materialized (
      select shop_id, report_day(at, ${zone}) as day, campaign, campaign_version, share, held, variant,
        report_day(previous_at, ${zone}) as previous_day, cardinality(orders) as m,
        case when paid is null then 0 else (select count(*) from unnest(paid) as p(after) where p.after <= window_ms) end as s,
        amounts, currencies, paid, kept, window_ms
      from exposures where shop_id = ${shop} and at >= ${ts(from)} and at < ${ts(until)})
    insert into exposure_sums (${sql.unsafe(keys)}, currency, buyers, paid, m, s, mm, ss, ms, stake, got, squares)
    select ${sql.unsafe(keys)}, '', count(*), count(*) filter (where s > 0), sum(m), sum(s), sum(m * m), sum(s * s), sum(m * s), 0, 0, 0
    from own group by ${sql.unsafe(keys)}
    union all
    select ${sql.unsafe(keys)}, currency, 0, 0, 0, 0, 0, 0, 0, sum(stake), sum(got), sum(stake * stake)
    from (
      select own.*, money.* from own cross join lateral (
        select u.currency, sum(u.amount)::float8 as stake, coalesce(sum(coalesce(u.kept, u.amount)) filter (where u.after <= window_ms), 0)::float8 as got
        from unnest(amounts, currencies, paid, kept) as u(amount, currency, after, kept) group by u.currency) money) each
    where currency <> '' group by ${sql.unsafe(keys)}, currency`;
  return until;
}
