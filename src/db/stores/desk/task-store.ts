/** Tasks of the staff: found, locked with the buyer of their case, and changed. */
import type { BuyerReason, TaskKind, TaskOutcome } from "../../../core/desk/words.ts";
import type { Sql } from "../../client.ts";
import { newId } from "../../ids.ts";
import { type Key, textKeys } from "../../keys.ts";
import { ts } from "../../types.ts";

/** A task whose buyer this transaction has locked. Instants are epoch ms. */
export type LockedTask = Key & {
  readonly case_id: string;
  readonly buyer_id: string;
  readonly kind: TaskKind;
  readonly assignee: string | null;
  readonly lease_until: number | null;
  /** null: it was assigned by hand, or not at all. */
  readonly assigned_until: number | null;
  readonly ended_at: number | null;
  /** Whether a person takes care of the case, so that it gets no message. */
  readonly persons: boolean;
  /** Whether its campaign leaves the case to a person. */
  readonly manual: boolean;
  /** The database's clock. */
  readonly now: number;
};

/** The end of the claim, epoch ms; null: it is not claimed. */
export async function leaseEnd(
  sql: Sql,
  id: string,
): Promise<{ readonly shop: string; readonly until: number | null }> {
  const [row] = await sql<{ shop: string; until: number | null }[]>`
    select shop_id as shop, lease_until as until from tasks where id = ${id}::uuid`;
  return row ?? { shop: "", until: null };
}

/** null: there is no such task. Its buyer is locked first, as dispatch locks it, and what is read then is what the last holder committed. */
export async function lockTask(tx: Sql, id: string): Promise<LockedTask | null> {
  for (;;) {
    const [locked] = await tx<{ shop: string; merged: boolean }[]>`
      select t.shop_id as shop, b.merged_into is not null as merged from tasks t
      join cases c on c.shop_id = t.shop_id and c.id = t.case_id
      join buyers b on b.shop_id = c.shop_id and b.id = c.buyer_id where t.id = ${id} for update of b`;
    if (locked === undefined) return null;
    // Merged while this waited for the lock: its case is another buyer's now.
    if (locked.merged) continue;
    const [task] = await tx<LockedTask[]>`
      select t.id, t.shop_id as shop, t.case_id, c.buyer_id, t.kind, t.assignee, t.lease_until, t.assigned_until, t.ended_at,
        c.manual or c.held_at is not null as persons, c.manual, dunlin_now() as now
      from tasks t join cases c on c.shop_id = t.shop_id and c.id = t.case_id
      where t.shop_id = ${locked.shop} and t.id = ${id}`;
    return task ?? null;
  }
}

/** Whether a message to the buyer is between its claim and its outcome. */
export async function isSendUnderWay(
  tx: Sql,
  { shop, buyer_id }: Pick<LockedTask, "shop" | "buyer_id">,
): Promise<boolean> {
  const [row] = await tx<{ some: boolean }[]>`
    select exists (
      select from reminders r join deliveries d on d.shop_id = r.shop_id and d.reminder_id = r.id and d.standing and d.state = 'claimed'
      where r.shop_id = ${shop} and r.buyer_id = ${buyer_id}) as some`;
  return row?.some === true;
}

/** No retry goes out any more: a person speaks to the buyer now. */
export async function dropRetries(tx: Sql, { shop, buyer_id }: LockedTask): Promise<void> {
  await tx`
    update reminders set state = 'skipped', reason = 'manual', retry_at = null, retry_channel = null
    where shop_id = ${shop} and buyer_id = ${buyer_id} and state = 'sending' and retry_at is not null`;
}

export type TaskChange = {
  readonly assignee: string | null;
  /** Epoch ms; null: no claim. */
  readonly leaseUntil: number | null;
  readonly dueAt?: number;
  /** It is due sooner if an event of its orders comes. */
  readonly waitsForOrder?: boolean;
  /** Epoch ms until which the case stays with the staff; null: it goes back to the reminders, as soon as its campaign allows. */
  readonly heldUntil: number | null;
  /** It is done. */
  readonly outcome?: TaskOutcome;
  readonly reason?: BuyerReason | null;
};

/** Has the buyer replanned: a case that the staff holds gets no message. */
export async function changeTask(tx: Sql, task: LockedTask, change: TaskChange): Promise<void> {
  const { assignee, leaseUntil, dueAt, heldUntil, outcome = null, reason = null } = change;
  const moment = (ms: number | null | undefined) => (ms == null ? null : ts(ms));
  await Promise.all([
    tx`
      update tasks set assignee = ${assignee}, lease_until = ${moment(leaseUntil)}, assigned_until = null, due_at = coalesce(${moment(dueAt)}, due_at),
        waits_for_order = ${change.waitsForOrder ?? false},
        ended_at = case when ${outcome}::text is null then ended_at else dunlin_now() end, outcome = coalesce(${outcome}, outcome),
        reason = coalesce(${reason}, reason), version = version + 1
      where shop_id = ${task.shop} and id = ${task.id}`,
    heldUntil === null
      ? tx`update cases set held_until = dunlin_now() where shop_id = ${task.shop} and id = ${task.case_id} and held_at is not null`
      : tx`
        update cases set held_until = ${moment(heldUntil)}, held_at = coalesce(held_at, dunlin_now())
        where shop_id = ${task.shop} and id = ${task.case_id}`,
    tx`
      update buyers set touched = true, wake_at = dunlin_now()
      where shop_id = ${task.shop} and id = ${task.buyer_id} and erased_at is null`,
  ]);
}

/**
 * These orders got an event: tasks that waited for one are due now, and people have `heldMs` to take them. The caller holds the buyers' locks, and has
 * written the buyers.
 */
export async function endWaits(sql: Sql, orders: readonly Key[], heldMs: number): Promise<void> {
  await sql`
    with due as (
      update tasks t set due_at = dunlin_now(), waits_for_order = false, version = version + 1
      from (select distinct o.shop_id, o.case_id from ${textKeys.rows(sql, orders)} join orders o on o.shop_id = n.shop_id and o.id = n.id) changed
      where t.shop_id = changed.shop_id and t.case_id = changed.case_id and t.ended_at is null and t.waits_for_order
      returning t.shop_id, t.case_id),
    held as (
      update cases c set held_until = least(held_until, dunlin_now() + ${heldMs}::float8 * interval '1 ms')
      from due where c.shop_id = due.shop_id and c.id = due.case_id returning c.shop_id, c.buyer_id)
    update buyers b set touched = true, wake_at = dunlin_now() from held where b.shop_id = held.shop_id and b.id = held.buyer_id`;
}

export type Touch = {
  readonly who: string;
  readonly how: string | null;
  readonly result: string | null;
  readonly outcome: string | null;
  readonly reason: string | null;
  /** Encrypted. */
  readonly note: Buffer | null;
};

export async function insertTouch(tx: Sql, task: LockedTask, touch: Touch): Promise<void> {
  const { who, how, result, outcome, reason, note } = touch;
  await Promise.all([
    tx`
      insert into touches (id, task_id, at, who, how, result, outcome, reason, note)
      values (${newId()}, ${task.id}, dunlin_now(), ${who}, ${how}, ${result}, ${outcome}, ${reason}, ${note})`,
    how === null
      ? null
      : tx`update tasks set touches = touches + 1, first_touch_at = coalesce(first_touch_at, dunlin_now())
        where shop_id = ${task.shop} and id = ${task.id}`,
  ]);
}

export type TaskContact = {
  readonly kind: string;
  readonly hash: Buffer;
  /** The hash of an e-mail address. */
  readonly address: Buffer | null;
  readonly cipher: Buffer;
  /** It is known not to reach the buyer. */
  readonly isWrong: boolean;
};

/** The addresses of the buyer, the last reported first. */
export function contactsOf(tx: Sql, { shop, buyer_id }: LockedTask) {
  return tx<TaskContact[]>`
    select k.kind, k.hash, k.address, k.cipher, exists (
      select from suppressions s where s.shop_id = k.shop_id and s.hash = coalesce(k.address, k.hash) and s.reason = 'bounce') as "isWrong"
    from contacts k where k.shop_id = ${shop} and k.buyer_id = ${buyer_id} order by k.told_at desc, k.told_id desc`;
}

/** The ids that begin so, two at most; those of tasks that are to be done come first. */
export async function taskIdsLike(sql: Sql, start: string): Promise<readonly string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from tasks where starts_with(id::text, ${start}) order by ended_at is not null, id limit 2`;
  return rows.map(({ id }) => id);
}
