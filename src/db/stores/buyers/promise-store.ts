/** Records promises to pay: with the case, where the planner reads them, and as rows of their own (src/db/schema/promises.ts). */
import type { PaymentPromise } from "../../../core/rules/buyer-state.ts";
import type { Reason } from "../../../core/values/reason.ts";
import type { Sql } from "../../client.ts";
import { newId } from "../../ids.ts";
import { type Key, textKeys } from "../../keys.ts";
import { ts } from "../../types.ts";
import { handBackAt, isPersonsNow } from "./adopt.ts";

export type LockedBuyer = {
  readonly id: string;
  readonly merged: boolean;
  /** The database's clock, epoch ms. */
  readonly now: number;
};

/** null: the order is not known, or has no buyer yet. */
export async function lockBuyerOfOrder(tx: Sql, shop: string, order: string): Promise<LockedBuyer | null> {
  const [buyer] = await tx<LockedBuyer[]>`
    select b.id, b.merged_into is not null as merged, dunlin_now() as now from orders o
    join buyers b on b.shop_id = o.shop_id and b.id = o.buyer_id where o.shop_id = ${shop} and o.id = ${order} for update of b`;
  return buyer ?? null;
}

export async function isKnownOrder(tx: Sql, shop: string, order: string): Promise<boolean> {
  const rows = await tx`select from orders where shop_id = ${shop} and id = ${order}`;
  return rows.length > 0;
}

export type PromisedCase = {
  readonly id: string;
  readonly campaign: string | null;
  readonly manual: boolean;
  /** When a person's case goes back to the reminders; null: never. */
  readonly backAt: number | null;
  /** Why no step of the whole case is planned. */
  readonly waiting: Reason | null;
  /** Planned sends that are due before the promise. */
  readonly earlier: number;
  readonly orders: readonly { readonly id: string; readonly closesAt: number | null }[];
};

/** The open case of the order, and what a promise for `at` (epoch ms) meets in it. null: the order has no open case. */
export async function loadPromised(
  tx: Sql,
  {
    shop,
    order,
    buyer,
    at,
  }: { readonly shop: string; readonly order: string; readonly buyer: string; readonly at: number },
): Promise<PromisedCase | null> {
  const rows = await tx<(Omit<PromisedCase, "orders"> & { order_id: string; closes_at: number | null })[]>`
    select c.id, c.campaign, ${isPersonsNow(tx)} as manual, ${handBackAt(tx)} as "backAt", c.whole_reason as waiting, m.id as order_id, m.closes_at,
      (select count(*)::int4 from reminders r where r.shop_id = c.shop_id and r.buyer_id = c.buyer_id and r.case_id = c.id
        and r.state = 'planned' and r.kind = 'send' and r.due_at < ${ts(at)}) as earlier
    from orders o join cases c on c.shop_id = o.shop_id and c.id = o.case_id and c.ended_at is null
    join orders m on m.shop_id = c.shop_id and m.buyer_id = c.buyer_id and m.case_id = c.id and m.in_case
    where o.shop_id = ${shop} and o.id = ${order} and o.buyer_id = ${buyer} and o.in_case order by m.created_at, m.id`;
  const [first] = rows;
  if (first === undefined) return null;
  const { id, campaign, manual, backAt, waiting, earlier } = first;
  const orders = rows.map((row) => ({ id: row.order_id, closesAt: row.closes_at }));
  return { id, campaign, manual, backAt, waiting, earlier, orders };
}

/**
 * Stores the promise for all orders of the open case, in place of the one that was open, and marks its buyer as touched. `task`: by which it was
 * recorded; without one, a task about the broken promise before it is over, unless somebody has it.
 */
export async function keepPromise(
  tx: Sql,
  { shop, buyer, task, ...of }: PromiseSubject,
  promise: PaymentPromise,
  { reason, by }: PromiseWords,
): Promise<void> {
  const { at, recordedAt } = promise;
  const isOfCase = tx`shop_id = ${shop} and case_id = ${of.case}`;
  await Promise.all([
    tx`update promises set state = 'replaced', ended_at = dunlin_now() where ${isOfCase} and state = 'open'`,
    tx`
      insert into promises (id, shop_id, case_id, task_id, orders, at, recorded_at, recorded_by, reason, state)
      values (${newId()}, ${shop}, ${of.case}, ${task}, array(
        select id from orders where ${isOfCase} and buyer_id = ${buyer} and in_case order by created_at, id),
        ${ts(at)}, ${ts(recordedAt)}, ${by}, ${reason}, 'open')`,
    task === null
      ? tx`
          update tasks set ended_at = dunlin_now(), why = 'promised', version = version + 1
          where ${isOfCase} and kind = 'promise' and ended_at is null and (lease_until <= dunlin_now()) is not false`
      : null,
    tx`update cases set promise = ${JSON.stringify(promise)}::text::jsonb where shop_id = ${shop} and id = ${of.case}`,
    tx`update buyers set touched = true, wake_at = dunlin_now() where shop_id = ${shop} and id = ${buyer}`,
  ]);
}

/** Why the buyer pays only then, and who recorded it. */
export type PromiseWords = { readonly reason: string | null; readonly by: string | null };

export type PromiseSubject = {
  readonly shop: string;
  readonly buyer: string;
  readonly case: string;
  readonly task: string | null;
};

/**
 * Judges again the promises for these orders, of which a payment was received. One that was paid in time is kept, also if it was broken by the time that
 * this was received. The task about it is over with its last payment. The caller holds the buyers' locks.
 */
export async function settlePromises(sql: Sql, paid: readonly Key[]): Promise<void> {
  await sql`
    with judged as (
      select p.id, p.shop_id, p.case_id, p.state as was, j.*
      from (select distinct o.shop_id, o.case_id from ${textKeys.rows(sql, paid)} join orders o on o.shop_id = n.shop_id and o.id = n.id) paid
      join promises p on p.shop_id = paid.shop_id and p.case_id = paid.case_id and p.state in ('open', 'broken', 'ended')
      cross join lateral judge_promise(p, false) j
      where j.state <> 'open'),
    settled as (
      update promises p set state = j.state, why = j.why, ended_at = j.ended_at from judged j
      where p.shop_id = j.shop_id and p.id = j.id and (j.state = 'kept' or j.was = 'open'))
    update tasks t set ended_at = dunlin_now(), why = 'paid', version = t.version + 1 from judged j
    where t.shop_id = j.shop_id and t.case_id = j.case_id and t.kind = 'promise' and t.ended_at is null and j.state in ('kept', 'broken')`;
}
