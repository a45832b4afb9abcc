/** The list of tasks. Amounts, closes and orders are those of the case now, so they are read and not stored. */
import type { BuyerReason, TaskEnd, TaskKind, TaskOutcome, TaskState } from "../../../core/desk/words.ts";
import type { Sql } from "../../client.ts";
import { all, given } from "./conditions.ts";

type TaskSort = "closes" | "amount";

export type TaskFilter = {
  readonly id?: string;
  readonly shop: string | null;
  /** null: those that are not done. */
  readonly state: TaskState | null;
  readonly kind: TaskKind | null;
  readonly assignee: string | null;
  readonly sort: TaskSort;
};

/** The last row of the page before: by what it was sorted, as text, and its id. */
export type TaskAfter = { readonly by: string; readonly id: string };

export type TaskRow = {
  readonly id: string;
  readonly kind: TaskKind;
  readonly shop: string;
  readonly case: string;
  readonly campaign: string | null;
  readonly orders: readonly string[];
  /** Minor units by currency, as text. */
  readonly amounts: readonly { readonly currency: string; readonly amount: string }[] | null;
  readonly closes_at: number | null;
  readonly created_at: number;
  readonly due_at: number | null;
  readonly assignee: string | null;
  readonly lease_until: number | null;
  readonly assigned_until: number | null;
  readonly state: TaskState;
  readonly why: TaskEnd | null;
  readonly outcome: TaskOutcome | null;
  readonly reason: BuyerReason | null;
  readonly touches: number;
  readonly version: number;
  /** The phone number that the buyer reported last, encrypted. */
  readonly cipher: Buffer | null;
  /** The text of the call, encrypted. */
  readonly script: Buffer | null;
  readonly by: string;
};

/** Soonest close first, or the largest sum first; those that are done: the last one first. */
export function findTasks(sql: Sql, filter: TaskFilter, { after, limit }: { after: TaskAfter | null; limit: number }) {
  const { id, shop, state, kind, assignee, sort } = filter;
  const lapsed = sql`coalesce(coalesce(t.lease_until, t.assigned_until) <= dunlin_now(), false)`;
  const where = all(sql, [
    given(id, (value) => sql`t.id = ${value}::uuid`),
    id !== undefined ? null : state === "done" ? sql`t.ended_at is not null` : sql`t.ended_at is null`,
    state === "claimed" ? sql`t.lease_until > dunlin_now()` : null,
    state === "open" ? sql`(t.lease_until is null or ${lapsed})` : null,
    given(shop, (value) => sql`t.shop_id = ${value}`),
    given(kind, (value) => sql`t.kind = ${value}`),
    given(assignee, (value) => sql`(t.assignee = ${value} and (t.ended_at is not null or not ${lapsed}))`),
  ]);
  // A larger key comes later in each order, so that one comparison finds the next page.
  const key =
    state === "done"
      ? sql`-extract(epoch from t.ended_at)`
      : sort === "amount"
        ? sql`-coalesce(o.total, 0)`
        : sql`coalesce(extract(epoch from o.closes_at), 'infinity'::numeric)`;
  // The number is looked up for the page alone.
  return sql<TaskRow[]>`
    select page.*, page.place::text as by, (
      select k.cipher from contacts k where k.shop_id = page.shop and k.buyer_id = page.buyer_id and k.kind in ('phone', 'call')
      order by k.told_at desc, k.told_id desc limit 1) as cipher, (
      select d.sealed_text from deliveries d where d.shop_id = page.shop and d.reminder_id = page.reminder_id and d.standing) as script
    from (
      select t.id, t.kind, t.shop_id as shop, t.case_id as case, c.campaign, coalesce(o.orders, '{}') as orders, o.amounts, o.closes_at, t.created_at,
        t.due_at, case when t.ended_at is null and ${lapsed} then null else t.assignee end as assignee,
        case when t.ended_at is null and not ${lapsed} then t.lease_until end as lease_until,
        case when t.ended_at is null and t.lease_until is null and not ${lapsed} then t.assigned_until end as assigned_until,
        case when t.ended_at is not null then 'done' when t.lease_until > dunlin_now() then 'claimed' else 'open' end as state,
        t.why, t.outcome, t.reason, t.touches, t.version, c.buyer_id, t.reminder_id, (${key}) as place
      from tasks t
      join cases c on c.shop_id = t.shop_id and c.id = t.case_id
      left join lateral (
        select array_agg(each.id order by each.created_at, each.id) as orders, min(each.closes_at) as closes_at, sum(each.amount) as total,
          (select json_agg(json_build_object('currency', s.currency, 'amount', s.amount::text) order by s.currency) from (
            select currency, sum(amount) as amount from orders where shop_id = t.shop_id and buyer_id = c.buyer_id and case_id = t.case_id
              and in_case = (c.ended_at is null) and amount is not null group by currency) s) as amounts
        from orders each where each.shop_id = t.shop_id and each.buyer_id = c.buyer_id and each.case_id = t.case_id
          and each.in_case = (c.ended_at is null)) o on true
      where ${where} and ${after === null ? sql`true` : sql`((${key}), t.id) > (${after.by}::numeric, ${after.id}::uuid)`}
      order by (${key}), t.id limit ${limit}) page order by place, id`;
}
