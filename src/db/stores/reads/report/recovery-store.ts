/** The recovered orders of the report: how many, their money, and how soon they were paid. */
import type { Sql } from "../../../client.ts";
import { ofAnybody, ofSent } from "../reminder-state.ts";
import {
  deliveryJoins,
  groupBy,
  inWindow,
  keyNames,
  ofPeople,
  RECOVERY_SOURCE,
  type ReportInput,
  rawKeys,
} from "./report-keys.ts";
import { joins, type Keys, unsorted } from "./report-store.ts";

/** One of a row and currency (`currency` not null), of a row, or (`total`) of all rows together. */
export type RecoveryRow = Keys & {
  readonly total: boolean;
  readonly currency: string | null;
  readonly n: number;
  /** Minor units, of any size; null without a currency. */
  readonly amount: string | null;
  /** The median of the time from the send to the payment, to within 2%; null with a currency. */
  readonly ms: number | null;
};

/** Times are counted in steps of 2%, and a step by the mean of its times: so the median of few times is exact, and none is sorted. */
const STEP = 1.02;

export function sumRecoveries(sql: Sql, input: ReportInput): Promise<readonly RecoveryRow[]> {
  const { by } = input;
  const written = sql.unsafe(by.map((_, i) => `k${i}::text, `).join(""));
  const reminder = by.some((each) => ["channel", "template", "reason"].includes(each))
    ? sql`join reminders r on r.shop_id = v.shop_id and r.id = v.reminder_id ${deliveryJoins(sql, by)}`
    : sql``;
  const read = () => sql<RecoveryRow[]>`
    with each as materialized (
      select ${keyNames(sql, by)} currency, floor(ln(greatest(ms, 1)) / ln(${STEP}::float8)) as step, count(*) as n, sum(amount) as amount, sum(ms) as ms
      from (
        select ${rawKeys(sql, by, RECOVERY_SOURCE)} v.currency, v.amount, date_part('epoch', v.paid_at - v.reminded_at) * 1000 as ms
        from recoveries v ${reminder} ${joins(sql, input, RECOVERY_SOURCE)}
        where ${ofPeople(by) ? ofAnybody(sql) : ofSent(sql)} and ${inWindow(sql, input, RECOVERY_SOURCE)}) recovered
      ${groupBy(sql, by, ["currency", "step"])})
    select ${written} false as total, currency, sum(n)::int8 as n, sum(amount)::text as amount, null::float8 as ms
    from each ${groupBy(sql, by, ["currency"])}
    union all ${by.length === 0 ? sql`` : sql`${medians(sql, by, false)} union all`} ${medians(sql, by, true)}`;
  return unsorted(sql, read);
}

/** The mean of the two times in the middle, of each row or of all together. */
function medians(sql: Sql, by: ReportInput["by"], total: boolean) {
  const keys = by.map((_, i) => `k${i}`);
  const rows = total ? [] : keys;
  const shown = sql.unsafe(keys.map((key) => (total ? `null::text as ${key}, ` : `${key}::text, `)).join(""));
  const over = rows.length === 0 ? "" : `partition by ${rows.join(", ")}`;
  const holds = (rank: string) => `(upto - n < ${rank} and ${rank} <= upto)::int`;
  return sql`
    select ${shown} ${total} as total, null::text as currency, max(whole)::int8 as n, null::text as amount,
      sum(ms / n * (${sql.unsafe(`${holds("floor((whole + 1) / 2)")} + ${holds("floor((whole + 2) / 2)")}`)})) / 2 as ms
    from (
      select ${sql.unsafe(rows.map((key) => `${key}, `).join(""))} sum(n) as n, sum(ms) as ms,
        sum(sum(n)) over (${sql.unsafe(over)} order by step) as upto, sum(sum(n)) over (${sql.unsafe(over)}) as whole
      from each group by ${sql.unsafe([...rows, "step"].join(", "))}) steps
    ${sql.unsafe(rows.length === 0 ? "" : `group by ${rows.join(", ")}`)} having count(*) > 0`;
}
