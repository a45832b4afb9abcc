/** The work of people on the tasks that began in a period, and the payments that came after their last contact. */
import type { Sql } from "../../../client.ts";
import { inWindows, type Window } from "../windows.ts";
import { type ByShift, shiftAt } from "./staff-shifts.ts";

export type StaffRow = ByShift & {
  /** Those whose buyer the person spoke to last, or that the person has without a contact so far. */
  readonly tasks: number;
  /** Among these: the buyer took the call, or answered. */
  readonly reached: number;
  /** Among these: an order of the case was paid after the person's last contact. */
  readonly recovered: number;
  /** From the beginning of a task to its first contact, ms; null: there was no contact. */
  readonly first_contact_ms: number | null;
};

export type StaffMoney = ByShift & {
  readonly currency: string;
  readonly orders: number;
  /** Minor units, of any size. */
  readonly amount: string;
};

/** By person, and by the shift of the person's contact; without a contact, the shift in which the task began. */
export function readStaff(sql: Sql, windows: readonly Window[], shop: string | null) {
  return sql<StaffRow[]>`
    with of_person as (
      select t.*, c.buyer_id, coalesce((
        select s.who from touches s where s.task_id = t.id and s.result = 'reached' order by s.at desc, s.id desc limit 1), t.assignee) as person
      from tasks t join cases c on c.shop_id = t.shop_id and c.id = t.case_id
      where t.kind <> 'promise' and ${shop === null ? sql`true` : sql`t.shop_id = ${shop}`}
        and ${inWindows(sql, windows, { shop: "t.shop_id", at: "t.created_at" })}),
    at_contact as (
      select t.*, coalesce((
        select s.at from touches s where s.task_id = t.id and s.who = t.person order by s.result = 'reached' desc, s.at desc, s.id desc limit 1), t.created_at) as spoke_at
      from of_person t where t.person is not null),
    t as (select t.*, ${shiftAt(sql, "t.person", "t.spoke_at")} as shift from at_contact t)
    select t.person, grouping(t.shift) = 1 as whole, t.shift, count(*)::int as tasks,
      count(*) filter (where exists (select from touches s where s.task_id = t.id and s.who = t.person and s.result = 'reached'))::int as reached,
      count(*) filter (where exists (
        select from orders o join recoveries v on v.shop_id = o.shop_id and v.order_id = o.id and v.staff = t.person
        where o.shop_id = t.shop_id and o.buyer_id = t.buyer_id and o.case_id = t.case_id))::int as recovered,
      percentile_cont(0.5) within group (order by date_part('epoch', t.first_touch_at - t.created_at) * 1000) as first_contact_ms
    from t group by grouping sets ((t.person), (t.person, t.shift)) order by 1, 3`;
}

/** By the time of the contact. */
export function readStaffMoney(sql: Sql, windows: readonly Window[], shop: string | null) {
  return sql<StaffMoney[]>`
    with v as (
      select v.staff as person, v.currency, v.amount, ${shiftAt(sql, "v.staff", "v.reminded_at")} as shift from recoveries v
      where v.staff is not null and ${shop === null ? sql`true` : sql`v.shop_id = ${shop}`}
        and ${inWindows(sql, windows, { shop: "v.shop_id", at: "v.reminded_at" })})
    select person, grouping(shift) = 1 as whole, shift, currency, count(*)::int as orders, sum(amount)::text as amount from v
    group by grouping sets ((person, currency), (person, currency, shift)) order by 1, 3, 4`;
}
