/** The list of tasks. Amounts, closes and orders are those of the case now, so they are read; a task stores only the two numbers by which lists are ordered. */
import {
  type BuyerReason,
  OVERDUE_AFTER,
  type TaskEnd,
  type TaskKind,
  type TaskOutcome,
  type TaskState,
} from "../../../core/desk/words.ts";
import type { Sql } from "../../client.ts";
import { all, type Condition, given } from "./conditions.ts";

type TaskSort = "closes" | "amount";

export type TaskFilter = {
  readonly id?: string;
  readonly shop: string | null;
  /** null: those that are not done. */
  readonly state: TaskState | null;
  readonly kind: TaskKind | null;
  readonly assignee: string | null;
  /** Those alone that nobody has claimed, and that are late. */
  readonly overdue?: boolean;
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

/** Soonest close first, or the largest sum first; those that are done: the last one first. Only what is on the page is summed. */
export function findTasks(sql: Sql, filter: TaskFilter, { after, limit }: { after: TaskAfter | null; limit: number }) {
  const { id, shop, state, kind, assignee, overdue = false, sort } = filter;
  const now = sql`(select dunlin_now())`;
  const lapsed = sql`coalesce(coalesce(t.lease_until, t.assigned_until) <= ${now}, false)`;
  const where = all(sql, [
    given(id, (value) => sql`t.id = ${value}::uuid`),
    id !== undefined ? null : state === "done" ? sql`t.ended_at is not null` : sql`t.ended_at is null`,
    state === "claimed" ? sql`t.lease_until > ${now}` : null,
    state === "open" ? sql`(t.lease_until is null or ${lapsed})` : null,
    overdue ? overdueIn(sql) : null,
    given(shop, (value) => sql`t.shop_id = ${value}`),
    given(kind, (value) => sql`t.kind = ${value}`),
    given(assignee, (value) => sql`(t.assignee = ${value} and (t.ended_at is not null or not ${lapsed}))`),
  ]);
  const { by, order, beyond } = ordersOf(sql)[state === "done" ? "done" : sort];
  // The number is looked up for the page alone.
  return sql<TaskRow[]>`
    select t.id, t.kind, t.shop_id as shop, t.case_id as case, c.campaign, coalesce(o.orders, '{}') as orders, o.amounts, o.closes_at, t.created_at,
      t.due_at, case when t.ended_at is null and ${lapsed} then null else t.assignee end as assignee,
      case when t.ended_at is null and not ${lapsed} then t.lease_until end as lease_until,
      case when t.ended_at is null and t.lease_until is null and not ${lapsed} then t.assigned_until end as assigned_until,
      case when t.ended_at is not null then 'done' when t.lease_until > ${now} then 'claimed' else 'open' end as state,
      t.why, t.outcome, t.reason, t.touches, t.version, (${by})::text as by, (
      select k.cipher from contacts k where k.shop_id = t.shop_id and k.buyer_id = c.buyer_id and k.kind in ('phone', 'call')
      order by k.told_at desc, k.told_id desc limit 1) as cipher, (
      select d.sealed_text from deliveries d where d.shop_id = t.shop_id and d.reminder_id = t.reminder_id and d.standing) as script
    from (
      select t.* from tasks t where ${where} and ${after === null ? sql`true` : beyond(after)} order by ${order} limit ${limit}) t
    join cases c on c.shop_id = t.shop_id and c.id = t.case_id
    left join lateral (
      select array_agg(each.id order by each.created_at, each.id) as orders, min(each.closes_at) as closes_at,
        (select json_agg(json_build_object('currency', s.currency, 'amount', s.amount::text) order by s.currency) from (
          select currency, sum(amount) as amount from orders where shop_id = t.shop_id and buyer_id = c.buyer_id and case_id = t.case_id
            and in_case = (c.ended_at is null) and amount is not null group by currency) s) as amounts
      from orders each where each.shop_id = t.shop_id and each.buyer_id = c.buyer_id and each.case_id = t.case_id
        and each.in_case = (c.ended_at is null)) o on true
    order by ${order}`;
}

/** Nobody has claimed the task `t`, and it is late. */
export function overdueIn(sql: Sql): Condition {
  const now = sql`(select dunlin_now())`;
  return sql`t.ended_at is null
    and coalesce(t.due_at, t.created_at + ${OVERDUE_AFTER}::float8 * interval '1 ms') <= ${now}
    and (t.lease_until is null or t.lease_until <= ${now})`;
}

type Order = {
  /** By what a page is continued, as text. */
  readonly by: Condition;
  readonly order: Condition;
  readonly beyond: (after: TaskAfter) => Condition;
};

const MAX_TOTAL = Number.MAX_SAFE_INTEGER;
/** Seconds since 1970 that PostgreSQL still knows as a time. */
const MAX_SECONDS = 9e12;

/** Each is that of an index. A cursor that somebody wrote by hand finds nothing, or another page. */
const ordersOf = (sql: Sql): Readonly<Record<TaskSort | "done", Order>> => {
  const timeOf = (by: string) => sql`to_timestamp(${Number(by) < MAX_SECONDS ? by : "Infinity"}::text::float8)`;
  return {
    closes: {
      by: sql`extract(epoch from t.closes_at)`,
      order: sql`t.closes_at, t.id`,
      beyond: ({ by, id }) => sql`(t.closes_at, t.id) > (${timeOf(by)}, ${id}::uuid)`,
    },
    amount: {
      by: sql`t.total`,
      order: sql`t.total desc, t.id desc`,
      beyond: ({ by, id }) => sql`(t.total, t.id) < (least(${by}::text::numeric, ${MAX_TOTAL})::bigint, ${id}::uuid)`,
    },
    done: {
      by: sql`extract(epoch from t.ended_at)`,
      order: sql`t.ended_at desc, t.id desc`,
      beyond: ({ by, id }) => sql`(t.ended_at, t.id) < (${timeOf(by)}, ${id}::uuid)`,
    },
  };
};
