/**
 * Keeps `report_hours`. Changes are taken out of `report_changes` and added to their hour in one transaction; one process does so at a time. No
 * watermark is needed: a change that commits late is simply found later. A shop is summed from all of its rows when it is new, when its zone
 * has changed, or when somebody asks for it.
 */
import type { Sql } from "../../../client.ts";
import { texts } from "../../../columns.ts";
import { inTransaction, isLockTimeout } from "../../../transaction.ts";
import { isBilled } from "../billed.ts";
import { inState, REMINDER_AT } from "../reminder-state.ts";
import type { Fragment } from "../report/report-keys.ts";
import { SUMMED } from "../report/report-store.ts";
import { summedZones } from "./report-sums.ts";

const KEYS = ["shop_id", "at", "campaign", "campaign_version", "step", "variant", "cost_currency"];
const SUMS = [...SUMMED, "cost_micros"];

/** One process at a time. Nobody who counts or reads waits for it. */
export const LOCK = "lock table report_zones in share row exclusive mode";

/** The start of the local hour. Where clocks are set back by half an hour, two such hours overlap: their quarters stand alone. */
const HOUR_OF = (at: string, zone: string): string =>
  `case when date_trunc('hour', ${at}, ${zone}) at time zone ${zone} = date_trunc('hour', ${at} at time zone ${zone})
    then date_trunc('hour', ${at}, ${zone}) else ${at} end`;

/**
 * Adds up to `limit` changes of shops that are summed in these zones to their hours. Returns how many: none while another process sums, since that
 * may take longer than a session of ours may wait.
 */
export async function foldChanges(
  sql: Sql,
  zones: readonly (readonly [shop: string, zone: string])[],
  limit: number,
): Promise<number> {
  return inTransaction(sql, async (tx) => {
    await tx.unsafe(LOCK);
    const [row] = await tx<{ changes: number }[]>`
      with gone as (
        delete from report_changes where ctid = any(array(
          select c.ctid from report_changes c join report_zones z on z.shop_id = c.shop_id
          join ${zoneRows(tx, zones)} on own.shop_id = z.shop_id and own.zone = z.zone limit ${limit}))
        returning *),
      summed as (
        insert into report_hours as h (${tx.unsafe([...KEYS, ...SUMS].join(", "))})
        select shop_id, at, ${tx.unsafe([...KEYS.slice(2), ...SUMS.map((name) => `sum(${name})`)].join(", "))}
        from (
          select g.shop_id, ${tx.unsafe(HOUR_OF("g.at", "z.zone"))} as at, ${tx.unsafe([...KEYS.slice(2), ...SUMS].map((name) => `g.${name}`).join(", "))}
          from gone g join report_zones z on z.shop_id = g.shop_id) each
        group by ${tx.unsafe(KEYS.join(", "))} order by ${tx.unsafe(KEYS.join(", "))}
        on conflict (${tx.unsafe(KEYS.join(", "))}) do update set ${tx.unsafe(SUMS.map((name) => `${name} = h.${name} + excluded.${name}`).join(", "))})
      select count(*)::int8 as changes from gone`;
    return row?.changes ?? 0;
  }).catch((error: unknown) => {
    if (isLockTimeout(error)) return 0;
    throw error;
  });
}

const zoneRows = (sql: Sql, zones: readonly (readonly [shop: string, zone: string])[]) =>
  sql`unnest(${texts(zones.map(([shop]) => shop))}::text[], ${texts(zones.map(([, zone]) => zone))}::text[]) as own(shop_id, zone)`;

/**
 * Sums all rows of a shop in its zone, in place of what was there. Its exposures are summed next by `sumExposures`. Not `again`: only if no other
 * process did so in the meantime.
 */
export function sumShop(sql: Sql, shop: string, zone: string, again: boolean): Promise<void> {
  return inTransaction(sql, async (tx) => {
    await tx.unsafe(LOCK);
    if (!again && (await summedZones(tx)).some((each) => each.shop === shop && each.zone === zone)) return;
    await tx`select set_config('work_mem', '256MB', true), set_config('jit', 'off', true), set_config('plan_cache_mode', 'auto', true)`;
    await tx`delete from report_hours where shop_id = ${shop}`;
    await tx`delete from exposure_sums where shop_id = ${shop}`;
    await tx`delete from exposure_changes where shop_id = ${shop}`;
    // One statement, one snapshot: it deletes the changes of just those rows that it sees.
    await tx`
      with gone as (delete from report_changes where shop_id = ${shop})
      insert into report_hours (${tx.unsafe([...KEYS, ...SUMS].join(", "))})
      select shop_id, at, ${tx.unsafe([...KEYS.slice(2), ...SUMS.map((name) => `sum(${name})`)].join(", "))}
      from (
        select shop_id, ${tx.unsafe(HOUR_OF("quarter", "zone"))} as at, ${tx.unsafe([...KEYS.slice(2), ...SUMS].join(", "))}
        from (select ${zone}::text as zone, quarters.* from (${quarters(tx, shop)}) quarters) each) each
      group by ${tx.unsafe(KEYS.join(", "))}`;
    await tx`
      insert into report_zones (shop_id, zone) values (${shop}, ${zone})
      on conflict (shop_id) do update set zone = excluded.zone, exposures_until = null`;
  });
}

/** The changes that the triggers would have written for all rows of the shop (drizzle/0031_report_sums.sql). */
function quarters(sql: Sql, shop: string) {
  const sums = (given: Readonly<Record<string, Fragment>>) =>
    SUMS.map((name) => sql`${given[name] ?? sql`0`} as ${sql(name)}`).reduce((all, each) => sql`${all}, ${each}`);
  const keys = (row: string | null) =>
    sql.unsafe(
      row === null
        ? "'' as campaign_version, '' as step, '' as variant"
        : `coalesce(${row}.campaign_version, '') as campaign_version, coalesce(${row}.step, '') as step, coalesce(${row}.variant, '') as variant`,
    );
  const counted = (condition: Fragment) => sql`count(*) filter (where ${condition})`;
  return sql`
    select shop_id, report_quarter(created_at) as quarter, counted_for as campaign, ${keys(null)}, '' as cost_currency,
      ${sums({ orders: sql`count(*)` })}
    from orders where shop_id = ${shop} and counted_for is not null and created_at is not null group by 1, 2, 3
    union all
    select shop_id, report_quarter(counted_at), coalesce(campaign, ''), ${keys(null)}, '',
      ${sums({
        cases: sql`count(*)`,
        manual: counted(sql`manual_at is not null`),
        waiting: counted(sql`manual and ended_at is null`),
      })}
    from cases where shop_id = ${shop} and counted_at is not null group by 1, 2, 3
    union all
    select r.shop_id, report_quarter(${sql.unsafe(REMINDER_AT)}), coalesce(r.campaign, ''), ${keys("r")}, '',
      ${sums({
        planned: sql`count(*)`,
        sent: counted(sql`r.state = 'sent'`),
        skipped: counted(inState(sql, "skipped")),
        cancelled: counted(inState(sql, "cancelled")),
        failed: counted(sql`r.state = 'skipped' and r.reason = 'rejected_by_provider'`),
        unknown: counted(sql`r.state = 'skipped' and r.reason = 'unknown_outcome'`),
        named: sql`coalesce(sum(cardinality(r.orders)) filter (where r.state = 'sent'), 0)`,
      })}
    from reminders r where r.shop_id = ${shop} group by 1, 2, 3, 4, 5, 6
    union all
    select r.shop_id, report_quarter(r.decided_at), coalesce(r.campaign, ''), ${keys("r")}, '', ${sums({ reminded: sql`count(*)` })}
    from (
      select distinct on (r.buyer_id, named.order_id collate "C") r.shop_id, coalesce(r.decided_at, r.due_at) as decided_at, r.campaign, r.campaign_version, r.step, r.variant
      from reminders r cross join unnest(r.orders) as named(order_id) where r.shop_id = ${shop} and r.state = 'sent'
      order by r.buyer_id, named.order_id collate "C", coalesce(r.decided_at, r.due_at), r.id) r
    group by 1, 2, 3, 4, 5, 6
    union all
    select d.shop_id, report_quarter(d.claimed_at), coalesce(r.campaign, ''), ${keys("r")}, coalesce(d.cost_currency, ''),
      ${sums({
        delivered: counted(sql`d.state = 'accepted' and d.delivered_at is not null`),
        opt_outs: sql`count(d.opted_out_at)`,
        segments: sql`coalesce(sum(d.segments) filter (where d.state = 'accepted'), 0)`,
        cost_micros: sql`coalesce(sum(d.cost_micros) filter (where ${isBilled(sql)}), 0)`,
      })}
    from deliveries d join reminders r on r.shop_id = d.shop_id and r.id = d.reminder_id where d.shop_id = ${shop}
    group by 1, 2, 3, 4, 5, 6, 7`;
}
