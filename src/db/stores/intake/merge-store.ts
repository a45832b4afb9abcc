/** Makes several buyers one. */

import { isHeld, isManual, isPersons } from "../../../core/desk/persons.ts";
import type { OpenCase } from "../../../core/rules/buyer-state.ts";
import { heldOn } from "../../../core/rules/merge.ts";
import type { Sql } from "../../client.ts";
import { plain } from "../../columns.ts";
import { ts } from "../../types.ts";
import { holdOf, type PersonsColumns, personsCase } from "../buyers/adopt.ts";
import { settleOrders } from "../buyers/write/buyers.ts";
import { joinExposures } from "../buyers/write/exposures.ts";

type OpenCaseRow = Pick<OpenCase, "id" | "hadPlan" | "keptAt" | "promise" | "departures"> &
  PersonsColumns & { readonly buyer_id: string };

const json = (value: unknown): string | null => (value == null ? null : JSON.stringify(value));
const moment = (ms: number | null | undefined): Date | null => (ms == null ? null : ts(ms));

/**
 * Everything of `losers` becomes `winner`'s. At most one open case stays; planned rows of the others are deleted, since the winner is
 * replanned. `takeOver`: the platform id of a loser that becomes the winner's. The caller has locked all rows.
 */
export async function mergeBuyers(
  sql: Sql,
  shop: string,
  winner: string,
  losers: readonly string[],
  takeOver: { readonly loser: string; readonly platformId: string | null } | null,
): Promise<void> {
  const gone = plain(losers);
  const all = plain([winner, ...losers]);
  const rows = await sql<OpenCaseRow[]>`
    select id, buyer_id, had_plan as "hadPlan", manual, manual_at, manual_why, back_at, held_at, held_until, kept_at as "keptAt", promise, departures from cases
    where shop_id = ${shop} and buyer_id = any(${all}::uuid[]) and ended_at is null
    order by opened_at, id`;
  const open = rows.map((row) => ({ ...row, manual: personsCase(row), hold: holdOf(row) }));
  const kept = open.find(({ buyer_id }) => buyer_id === winner) ?? open[0];
  const held = kept === undefined ? null : heldOn(kept, open);
  const ended = plain(open.filter(({ id }) => id !== kept?.id).map(({ id }) => id));
  await Promise.all([
    ...settleOrders(sql, shop, all),
    ...(kept === undefined || open.length === 1
      ? []
      : [
          ...joinTasks(sql, { shop, kept: kept.id, ended, stays: held !== null && isPersons(held) }),
          ...joinPromises(sql, { shop, kept: kept.id, ended }),
        ]),
    sql`delete from reminders
        where shop_id = ${shop} and buyer_id = any(${all}::uuid[]) and case_id = any(${ended}::uuid[]) and state = 'planned'`,
    sql`update cases set counted_at = (select min(counted_at) from cases where shop_id = ${shop} and (id = ${kept?.id ?? null} or id = any(${ended}::uuid[])))
        where shop_id = ${shop} and id = ${kept?.id ?? null} and counted_at is not null`,
    sql`update cases set ended_at = dunlin_now(), counted_at = null where shop_id = ${shop} and id = any(${ended}::uuid[])`,
    sql`update orders set buyer_id = ${winner}, case_id = case when case_id = any(${ended}::uuid[]) then ${kept?.id ?? null} else case_id end
        where shop_id = ${shop} and buyer_id = any(${gone}::uuid[])`,
    sql`update reminders set buyer_id = ${winner} where shop_id = ${shop} and buyer_id = any(${gone}::uuid[])`,
    ...(kept === undefined || open.length === 1 ? [] : [joinReminders(sql, { shop, winner, kept: kept.id, ended })]),
    sql`update cases set buyer_id = ${winner} where shop_id = ${shop} and buyer_id = any(${gone}::uuid[])`,
    sql`update cases set had_plan = ${held?.hadPlan ?? false}, manual = ${held !== null && isManual(held)},
        manual_at = ${moment(held?.manual?.since)}, manual_why = ${held?.manual?.why ?? null}, back_at = ${moment(held?.manual?.backAt)},
        held_until = ${moment(held?.hold?.until)}, held_at = ${moment(held !== null && isHeld(held) ? heldSince(open) : null)},
        kept_at = ${moment(held?.keptAt)},
        promise = ${json(held?.promise)}::text::jsonb, departures = ${json(held?.departures)}::text::jsonb
        where shop_id = ${shop} and id = ${kept?.id ?? null}`,
    ...joinExposures(sql, shop, winner, gone),
    sql`update contacts set buyer_id = ${winner} where shop_id = ${shop} and buyer_id = any(${gone}::uuid[])`,
    sql`update buyers set merged_into = ${winner}, wake_at = null, waits_for = null, waits_since = null
        where shop_id = ${shop} and (id = any(${gone}::uuid[]) or merged_into = any(${gone}::uuid[]))`,
    sql`update buyers set platform_id = null where shop_id = ${shop} and id = ${takeOver?.loser ?? null}`,
    sql`update buyers set touched = true, wake_at = dunlin_now(), platform_id = coalesce(platform_id, ${takeOver?.platformId ?? null})
        where shop_id = ${shop} and id = ${winner}`,
  ]);
}

const heldSince = (open: readonly Pick<PersonsColumns, "held_at">[]): number =>
  Math.min(...open.flatMap(({ held_at }) => held_at ?? []));

/**
 * One task is left for the case that stays: the one that somebody has claimed, for the longest time, else the oldest. `stays`: false: the case is no
 * person's, and only a task is left that such a case may have.
 */
const joinTasks = (
  sql: Sql,
  { shop, kept, ended, stays }: { shop: string; kept: string; ended: string; stays: boolean },
) => {
  const open = sql`shop_id = ${shop} and (case_id = ${kept} or case_id = any(${ended}::uuid[])) and ended_at is null`;
  const left = sql`(select id from tasks where ${open} and (${stays} or kind in ('call', 'promise', 'unknown')) order by greatest(lease_until, dunlin_now()) desc, created_at, id limit 1)`;
  return [
    sql`update tasks set ended_at = dunlin_now(), why = 'moved', version = version + 1 where ${open} and id is distinct from ${left}`,
    sql`update tasks set case_id = ${kept}, version = version + 1 where ${open} and case_id <> ${kept}`,
  ];
};

/** The promise that was recorded last holds, for the orders that it was for, as it does in the case. */
const joinPromises = (sql: Sql, { shop, kept, ended }: { shop: string; kept: string; ended: string }) => {
  const ofThese = sql`shop_id = ${shop} and (case_id = ${kept} or case_id = any(${ended}::uuid[]))`;
  return [
    sql`update promises set state = 'replaced', ended_at = dunlin_now() where ${ofThese} and state = 'open'
        and id <> (select id from promises where ${ofThese} and state <> 'replaced' order by recorded_at desc, case_id = ${kept} desc, id limit 1)`,
    sql`update promises set case_id = ${kept} where ${ofThese} and case_id <> ${kept}`,
  ];
};

/** The rows of the ended cases become those of the kept one, in the order in which they were decided. New numbers are above all old ones. */
const joinReminders = (
  sql: Sql,
  { shop, winner, kept, ended }: { shop: string; winner: string; kept: string; ended: string },
) =>
  sql`
    update reminders r set case_id = ${kept}, seq = n.top + n.place
    from (
      select id, max(seq) over step as top, row_number() over (step order by decided_at nulls last, id) as place
      from reminders where shop_id = ${shop} and buyer_id = ${winner} and (case_id = ${kept} or case_id = any(${ended}::uuid[]))
      window step as (partition by step)) n
    where r.shop_id = ${shop} and r.id = n.id`;
