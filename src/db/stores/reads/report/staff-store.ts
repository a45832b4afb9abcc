/** The work of people on the tasks that began in a period, and the payments that came after their last contact. */
import type { Sql } from "../../../client.ts";
import { inWindows, type Window } from "../windows.ts";

export type StaffRow = {
  readonly person: string;
  /** Those whose buyer the person spoke to last, or that the person has without a contact so far. */
  readonly tasks: number;
  /** Among these: the buyer took the call, or answered. */
  readonly reached: number;
  /** Among these: an order of the case was paid after the person's last contact. */
  readonly recovered: number;
  /** From the beginning of a task to its first contact, ms; null: there was no contact. */
  readonly first_contact_ms: number | null;
};

export type StaffMoney = {
  readonly person: string;
  readonly currency: string;
  readonly orders: number;
  /** Minor units, of any size. */
  readonly amount: string;
};

export function readStaff(sql: Sql, windows: readonly Window[], shop: string | null) {
  return sql<StaffRow[]>`
    with t as (
      select t.*, c.buyer_id, coalesce((
        select s.who from touches s where s.task_id = t.id and s.result = 'reached' order by s.at desc, s.id desc limit 1), t.assignee) as person
      from tasks t join cases c on c.shop_id = t.shop_id and c.id = t.case_id
      where t.kind <> 'promise' and ${shop === null ? sql`true` : sql`t.shop_id = ${shop}`}
        and ${inWindows(sql, windows, { shop: "t.shop_id", at: "t.created_at" })})
    select t.person, count(*)::int as tasks,
      count(*) filter (where exists (select from touches s where s.task_id = t.id and s.who = t.person and s.result = 'reached'))::int as reached,
      count(*) filter (where exists (
        select from orders o join recoveries v on v.shop_id = o.shop_id and v.order_id = o.id and v.staff = t.person
        where o.shop_id = t.shop_id and o.buyer_id = t.buyer_id and o.case_id = t.case_id))::int as recovered,
      percentile_cont(0.5) within group (order by date_part('epoch', t.first_touch_at - t.created_at) * 1000) as first_contact_ms
    from t where t.person is not null group by 1 order by 1`;
}

/** By the time of the contact. */
export function readStaffMoney(sql: Sql, windows: readonly Window[], shop: string | null) {
  return sql<StaffMoney[]>`
    select v.staff as person, v.currency, count(*)::int as orders, sum(v.amount)::text as amount from recoveries v
    where v.staff is not null and ${shop === null ? sql`true` : sql`v.shop_id = ${shop}`}
      and ${inWindows(sql, windows, { shop: "v.shop_id", at: "v.reminded_at" })}
    group by 1, 2 order by 1, 2`;
}
