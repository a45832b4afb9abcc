/**
 * The figures of the recovery report, each by one statement over rows that the lists show. report-keys.ts says at which time a row
 * counts, reporting/recovery.ts what the figures mean. The statements take no locks; the caller runs them in one `repeatable read`
 * transaction, so that they see the same snapshot.
 *
 * These read all rows of a period. Most reports are made from sums instead (db/stores/reads/sums), which count the same.
 */
import type { Sql } from "../../../client.ts";
import { isBilled } from "../billed.ts";
import { inState } from "../reminder-state.ts";
import {
  CASE_SOURCE,
  DELIVERY_SOURCE,
  deliveryJoins,
  groupBy,
  inWindow,
  keyColumns,
  needsReminders,
  ORDER_SOURCE,
  ofMessages,
  ofOrders,
  orderJoin,
  REMINDED_SOURCE,
  REMINDER_SOURCE,
  type ReportInput,
  type Source,
  zoneJoin,
} from "./report-keys.ts";

/** The keys of a row: `k0`, `k1`, … in the order of `by`. */
export type Keys = { readonly [key: `k${number}`]: string | null };

/** More memory for this transaction: otherwise the counts would sort on disk. */
export async function giveRoom(sql: Sql): Promise<void> {
  await sql`select set_config('work_mem', '128MB', true), set_config('jit', 'off', true)`;
}

/** For few groups of many rows: the planner cannot know of days that they are few, and would sort all rows. */
export async function unsorted<T>(sql: Sql, read: () => PromiseLike<T>): Promise<T> {
  await sql`select set_config('enable_sort', 'off', true)`;
  const rows = await read();
  await sql`select set_config('enable_sort', 'on', true)`;
  return rows;
}

/** `manual`: cases that were ever a person's. `waiting`: those that wait for one now. */
export const SUMMED = [
  "orders",
  "cases",
  "manual",
  "waiting",
  "planned",
  "sent",
  "skipped",
  "cancelled",
  "failed",
  "unknown",
  "named",
  "reminded",
  "delivered",
  "opt_outs",
  "segments",
] as const;

/** `unplanned`: of the planned, rows that stand for a case without any reminder. They are those without a step, so it needs no sum of its own. */
export const COUNTED = [...SUMMED, "unplanned"] as const;

/** A part of the counts of a row; an absent one is zero. */
export type CountRow = Keys & { readonly [name in (typeof COUNTED)[number]]?: number } & {
  readonly cost_currency?: string | null;
  readonly cost_micros?: string;
};

/** The counts of each row. Orders and cases have no step, say: in rows by one they are left out. */
export async function countRows(sql: Sql, input: ReportInput): Promise<CountRow[]> {
  const counts = [
    ...(needsReminders(input.by) ? [] : [countOrders, countCases]),
    countReminders,
    ...(ofMessages(input.by) ? [] : [countReminded]),
    sumDeliveries,
  ];
  const rows: CountRow[] = [];
  for (const count of counts) rows.push(...(await count(sql, input)));
  return rows;
}

/** The zone of each row, and what its orders have. */
export const joins = (sql: Sql, input: ReportInput, source: Source) =>
  sql`${orderJoin(sql, input.by, source)} ${zoneJoin(sql, input, source)}`;

function countOrders(sql: Sql, input: ReportInput) {
  return sql<CountRow[]>`
    select ${keyColumns(sql, input.by, ORDER_SOURCE)} count(*)::int8 as orders from orders o ${joins(sql, input, ORDER_SOURCE)}
    where o.counted_for is not null and o.created_at is not null and ${inWindow(sql, input, ORDER_SOURCE)} ${groupBy(sql, input.by, [], ORDER_SOURCE)}`;
}

function countCases(sql: Sql, input: ReportInput) {
  return sql<CountRow[]>`
    select ${keyColumns(sql, input.by, CASE_SOURCE)} count(*)::int8 as cases,
      count(*) filter (where c.manual_at is not null)::int8 as manual,
      count(*) filter (where c.manual and c.ended_at is null)::int8 as waiting
    from cases c ${joins(sql, input, CASE_SOURCE)}
    where c.counted_at is not null and ${inWindow(sql, input, CASE_SOURCE)} ${groupBy(sql, input.by, [], CASE_SOURCE)}`;
}

/** Reminders by result. */
function countReminders(sql: Sql, input: ReportInput) {
  return sql<CountRow[]>`
    select ${keyColumns(sql, input.by, REMINDER_SOURCE)} count(*)::int8 as planned,
      count(*) filter (where r.step is null)::int8 as unplanned,
      count(*) filter (where r.state = 'sent')::int8 as sent,
      count(*) filter (where ${inState(sql, "skipped")})::int8 as skipped,
      count(*) filter (where ${inState(sql, "cancelled")})::int8 as cancelled,
      count(*) filter (where r.state = 'skipped' and r.reason = 'rejected_by_provider')::int8 as failed,
      count(*) filter (where r.state = 'skipped' and r.reason = 'unknown_outcome')::int8 as unknown,
      coalesce(sum(${ofOrders(input.by) ? sql`k.n` : sql`cardinality(r.orders)`}) filter (where r.state = 'sent'), 0)::int8 as named
    from reminders r ${deliveryJoins(sql, input.by)} ${joins(sql, input, REMINDER_SOURCE)}
    where ${inWindow(sql, input, REMINDER_SOURCE)} ${groupBy(sql, input.by, [], REMINDER_SOURCE)}`;
}

/** Orders that a sent reminder named, in the row of the first one. */
function countReminded(sql: Sql, input: ReportInput) {
  return sql<CountRow[]>`
    select ${keyColumns(sql, input.by, REMINDED_SOURCE)} count(*)::int8 as reminded
    from (
      select distinct on (r.shop_id collate "C", r.buyer_id, named.order_id collate "C") r.*, named.order_id
      from reminders r
      cross join unnest(r.orders) as named(order_id) where r.state = 'sent'
      order by r.shop_id collate "C", r.buyer_id, named.order_id collate "C", coalesce(r.decided_at, r.due_at), r.id) r
    ${joins(sql, input, REMINDED_SOURCE)}
    where ${inWindow(sql, input, REMINDED_SOURCE)} ${groupBy(sql, input.by, [], REMINDED_SOURCE)}`;
}

/** Attempts: their cost and their receipts. One that failed costs only what its receipts say. */
function sumDeliveries(sql: Sql, input: ReportInput) {
  return sql<CountRow[]>`
    select ${keyColumns(sql, input.by, DELIVERY_SOURCE)} d.cost_currency,
      count(*) filter (where d.state = 'accepted' and d.delivered_at is not null)::int8 as delivered,
      count(d.opted_out_at)::int8 as opt_outs,
      coalesce(sum(d.segments) filter (where d.state = 'accepted'), 0)::int8 as segments,
      coalesce(sum(d.cost_micros) filter (where ${isBilled(sql)}), 0)::text as cost_micros
    from deliveries d join reminders r on r.shop_id = d.shop_id and r.id = d.reminder_id ${joins(sql, input, DELIVERY_SOURCE)}
    where ${inWindow(sql, input, DELIVERY_SOURCE)} ${groupBy(sql, input.by, ["d.cost_currency"], DELIVERY_SOURCE)}
    having count(*) filter (where d.state = 'accepted') > 0 or count(d.opted_out_at) > 0
      or sum(d.cost_micros) filter (where ${isBilled(sql)}) > 0`;
}
