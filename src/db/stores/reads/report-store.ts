/**
 * The figures of the recovery report, each by one statement over rows that the lists show. report-keys.ts says at which time a row
 * counts, reporting/recovery.ts what the figures mean. The statements take no locks; the caller runs them in one `repeatable read`
 * transaction, so that they see the same snapshot.
 */
import type { Sql } from "../../client.ts";
import { inState } from "./reminder-state.ts";
import {
  CASE_SOURCE,
  groupBy,
  inWindow,
  keyColumns,
  keyJoins,
  keyNames,
  needsReminders,
  noKeys,
  ORDER_SOURCE,
  REMINDER_SOURCE,
  type ReportInput,
} from "./report-keys.ts";

/** The keys of a row: `k0`, `k1`, … in the order of `by`. */
export type Keys = { readonly [key: `k${number}`]: string | null };

/** More memory for this transaction: otherwise the counts would sort on disk. */
export async function giveRoom(sql: Sql): Promise<void> {
  await sql`select set_config('work_mem', '128MB', true), set_config('jit', 'off', true)`;
}

export type CountRow = Keys & { readonly n: number };
/** `manual`: the cases that were ever a person's. `waiting`: those that wait for one now. */
export type CaseCountRow = CountRow & { readonly manual: number; readonly waiting: number };

const personsCases = (sql: Sql) => sql`
  count(*) filter (where c.manual_at is not null)::int8 as manual,
  count(*) filter (where c.manual and c.ended_at is null)::int8 as waiting`;

/** Cases that do not count: of an order that was over when it was received (its row says `closed`), or left empty by a merge of buyers. */
const noCases = (sql: Sql) => sql`
  no_case as materialized (
    select r.shop_id, r.case_id from reminders r where r.step is null and r.reason = 'closed'
    union all
    select c.shop_id, c.id from buyers b join cases c on c.shop_id = b.shop_id and c.buyer_id = b.merged_into
    where b.merged_into is not null and c.ended_at is not null
      and not exists (select from orders o where o.shop_id = c.shop_id and o.case_id = c.id)
      and not exists (select from reminders r where r.shop_id = c.shop_id and r.buyer_id = c.buyer_id and r.case_id = c.id))`;

export function countOrders(sql: Sql, input: ReportInput) {
  if (needsReminders(input.by))
    return sql<CountRow[]>`
      select ${keyNames(sql, input.by)} count(*)::int8 as n from ${named(sql, input, "order")} ${groupBy(sql, input.by)}`;
  return sql<CountRow[]>`
    with ${noCases(sql)}
    select ${keyColumns(sql, input.by, ORDER_SOURCE)} count(*)::int8 as n from orders o
    left join cases c on c.shop_id = o.shop_id and c.id = o.case_id ${keyJoins(sql, input, ORDER_SOURCE)}
    where o.case_id is not null and ${inWindow(sql, input, ORDER_SOURCE)}
      and not exists (select from no_case x where x.shop_id = o.shop_id and x.case_id = o.case_id)
    ${groupBy(sql, input.by)}`;
}

export function countCases(sql: Sql, input: ReportInput) {
  if (needsReminders(input.by))
    return sql<CaseCountRow[]>`
      select ${keyNames(sql, input.by)} count(*)::int8 as n, ${personsCases(sql)} from ${named(sql, input, "case")}
      join cases c on c.shop_id = named.shop_id and c.id = named.id ${groupBy(sql, input.by)}`;
  return sql<CaseCountRow[]>`
    with ${noCases(sql)},
    oldest as (select shop_id, case_id, min(created_at) as created_at from orders where case_id is not null group by shop_id, case_id)
    select ${keyColumns(sql, input.by, CASE_SOURCE)} count(*)::int8 as n, ${personsCases(sql)} from cases c
    left join oldest on oldest.shop_id = c.shop_id and oldest.case_id = c.id ${keyJoins(sql, input, CASE_SOURCE)}
    where ${inWindow(sql, input, CASE_SOURCE)}
      and not exists (select from no_case x where x.shop_id = c.shop_id and x.case_id = c.id)
    ${groupBy(sql, input.by)}`;
}

/** The orders or cases of each row's reminders, each once a row. */
function named(sql: Sql, input: ReportInput, counted: "order" | "case") {
  return sql`(
    select distinct ${keyColumns(sql, input.by, REMINDER_SOURCE)} r.shop_id collate "C" as shop_id,
      ${counted === "order" ? sql`o.id collate "C"` : sql`r.case_id`} as id
    from reminders r ${keyJoins(sql, input, REMINDER_SOURCE)}
    ${counted === "order" ? sql`cross join unnest(r.orders) as o(id)` : sql``}
    where ${inWindow(sql, input, REMINDER_SOURCE)} and not (r.step is null and coalesce(r.reason, '') = 'closed')) named`;
}

export type ReminderCounts = Keys & {
  readonly cost_currency: string | null;
  readonly planned: number;
  readonly sent: number;
  readonly delivered: number;
  readonly skipped: number;
  readonly cancelled: number;
  readonly pending: number;
  readonly segments: number;
  readonly cost_micros: number;
};

/**
 * Reminders by result, and the cost of the deliveries that stand for them; one row for each key and currency. Rows of their own hold the cost of
 * attempts that failed and were billed all the same, as their receipts say.
 */
export function countReminders(sql: Sql, input: ReportInput) {
  return sql<ReminderCounts[]>`
    select ${keyColumns(sql, input.by, REMINDER_SOURCE)} s.cost_currency, count(*)::int8 as planned,
      count(*) filter (where r.state = 'sent')::int8 as sent,
      count(*) filter (where r.state = 'sent' and s.delivered_at is not null)::int8 as delivered,
      count(*) filter (where ${inState(sql, "skipped")})::int8 as skipped,
      count(*) filter (where ${inState(sql, "cancelled")})::int8 as cancelled,
      count(*) filter (where r.state in ('planned', 'sending'))::int8 as pending,
      coalesce(sum(s.segments) filter (where s.state = 'accepted'), 0)::int8 as segments, coalesce(sum(s.cost_micros), 0)::int8 as cost_micros
    from reminders r ${keyJoins(sql, input, REMINDER_SOURCE, "standing")}
    where ${inWindow(sql, input, REMINDER_SOURCE)} ${groupBy(sql, input.by, ["s.cost_currency"])}
    union all
    select ${keyColumns(sql, input.by, REMINDER_SOURCE)} s.cost_currency, 0, 0, 0, 0, 0, 0, 0, sum(s.cost_micros)::int8
    from reminders r ${keyJoins(sql, input, REMINDER_SOURCE, "billed")}
    where ${inWindow(sql, input, REMINDER_SOURCE)} ${groupBy(sql, input.by, ["s.cost_currency"])}`;
}

/** A row of the report, or (`total`) all of them. */
export type RemindedRow = CountRow & { readonly total: boolean };

/** Orders that a sent reminder named: each once a row, and once in the total. */
export function countReminded(sql: Sql, input: ReportInput) {
  const { by } = input;
  const rows = sql`select ${keyNames(sql, by)} false as total, count(*)::int8 as n from named ${groupBy(sql, by)}`;
  return sql<RemindedRow[]>`
    with named as materialized (
      select distinct ${keyColumns(sql, by, REMINDER_SOURCE)} r.shop_id collate "C" as shop_id, o.id collate "C" as order_id
      from reminders r ${keyJoins(sql, input, REMINDER_SOURCE)} cross join unnest(r.orders) as o(id)
      where r.state = 'sent' and ${inWindow(sql, input, REMINDER_SOURCE)})
    ${rows} union all
    select ${noKeys(sql, by)} true, count(*)::int8 from (select distinct shop_id, order_id from named) once`;
}

/** One of a row and currency (`currency` not null), of a row, or (`total`) of all rows together. */
export type RecoveryRow = Keys & {
  readonly total: boolean;
  readonly currency: string | null;
  readonly n: number;
  readonly amount: number;
  /** The median of the time from the send to the payment. */
  readonly ms: number;
};

export function sumRecoveries(sql: Sql, input: ReportInput) {
  const { by } = input;
  const keys = by.map((_, i) => `k${i}`);
  // Without keys, the row is the total.
  const row = keys.length === 0 ? "" : `(${keys.join(", ")}), `;
  const total = keys.length === 0 ? sql`currency is null` : sql`grouping(k0) = 1`;
  return sql<RecoveryRow[]>`
    select ${keyNames(sql, by)} ${total} as total, currency, count(*)::int8 as n, sum(amount)::int8 as amount,
      percentile_cont(0.5) within group (order by ms) as ms
    from (
      select ${keyColumns(sql, by, REMINDER_SOURCE)} v.currency, v.amount,
        extract(epoch from v.paid_at - v.reminded_at)::float8 * 1000 as ms
      from recoveries v join reminders r on r.shop_id = v.shop_id and r.id = v.reminder_id and r.state = 'sent'
      ${keyJoins(sql, input, REMINDER_SOURCE)} where ${inWindow(sql, input, REMINDER_SOURCE)}) recovered
    group by grouping sets (${sql.unsafe(`(${[...keys, "currency"].join(", ")}), ${row}`)} ()) having count(*) > 0`;
}
