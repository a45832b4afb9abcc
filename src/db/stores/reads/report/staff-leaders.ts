/** The wins of people in windows of time: recovered orders by their payment, and promises that were kept then. */
import type { DayWindow, PersonsWins } from "../../../../core/notices/leaders.ts";
import type { Sql } from "../../../client.ts";
import { ts } from "../../../types.ts";
import { inWindows } from "../windows.ts";

type Row = Omit<PersonsWins, "money"> & {
  /** Minor units as text, by currency. */
  readonly money: readonly { readonly amount: string; readonly currency: string }[];
};

/**
 * A refund takes both back: it deletes the recovery, and a promise counts only while one of its orders is paid. A kept promise was kept by its time, so
 * older ones need not be looked at.
 */
export async function readWins(sql: Sql, windows: readonly DayWindow[]): Promise<PersonsWins[]> {
  if (windows.length === 0) return [];
  const from = ts(Math.min(...windows.map((each) => each.from)));
  const to = ts(Math.max(...windows.map((each) => each.to)));
  const rows = await sql<Row[]>`
    with won as (
      select v.staff as person, v.currency, count(*)::int as orders, sum(v.amount)::text as amount, max(v.paid_at) as at from recoveries v
      where v.staff is not null and v.paid_at >= ${from} and v.paid_at < ${to}
        and ${inWindows(sql, windows, { shop: "v.shop_id", at: "v.paid_at" })}
      group by 1, 2),
    sums as (
      select person, sum(orders)::int as orders, max(at) as at,
        json_agg(json_build_object('amount', amount, 'currency', currency) order by currency) as money
      from won group by 1),
    kept as (
      select p.recorded_by as person, count(*)::int as kept, max(p.ended_at) as at from promises p
      where p.state = 'kept' and p.recorded_by is not null and p.at >= ${from} and p.ended_at < ${to}
        and ${inWindows(sql, windows, { shop: "p.shop_id", at: "p.ended_at" })}
        and exists (
          select from orders o where o.shop_id = p.shop_id and o.id = any(p.orders) and o.paid_at is not null and o.refunded_at is null)
      group by 1)
    select person, coalesce(s.orders, 0) as orders, coalesce(k.kept, 0) as kept, coalesce(s.money, '[]') as money, greatest(s.at, k.at) as "lastAt"
    from sums s full join kept k using (person) order by person`;
  return rows.map(({ money, ...row }) => ({
    ...row,
    money: money.map(({ amount, currency }) => ({ amount: BigInt(amount), currency })),
  }));
}
