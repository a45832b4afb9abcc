/** The assignment of open tasks: those to be drawn, and the draws. */
import type { Draw } from "../../../core/desk/assign.ts";
import type { Sql } from "../../client.ts";
import { newId } from "../../ids.ts";
import { instant, int4, list, rowSet, text, uuid, word } from "../../rows.ts";

/** false: another process assigns. Held until the end of the transaction, so that nobody gets more than `maxOpen`. */
export async function lockAssignment(tx: Sql): Promise<boolean> {
  const [row] = await tx<{ got: boolean }[]>`select pg_try_advisory_xact_lock(hashtext('dunlin assign')) as got`;
  return row?.got === true;
}

/** The last task of the batch before. */
export type AfterTask = {
  /** When it was made, as text: a number would lose its microseconds. */
  readonly made: string;
  readonly id: string;
};

const FIRST: AfterTask = { made: "-infinity", id: "00000000-0000-0000-0000-000000000000" };

export type UndrawnTask = AfterTask & {
  readonly version: number;
  readonly shop: string;
  readonly campaign: string | null;
  /** As the buyer reported it. */
  readonly locale: string | null;
  readonly last: string | null;
};

/**
 * Open tasks that nobody has and that are due, the oldest first, with the person who last had a task of the same buyer, or spoke to them. A task is drawn
 * once, and again when it is to be done at a later time.
 */
export function undrawnTasks(tx: Sql, after: AfterTask | null, limit: number) {
  const { made, id } = after ?? FIRST;
  return tx<UndrawnTask[]>`
    select t.id, t.created_at::text as made, t.version, t.shop_id as shop, c.campaign, b.profile -> 'locale' ->> 0 as locale, (
      select had.who
      from (select distinct o.case_id from orders o where o.shop_id = t.shop_id and o.buyer_id = c.buyer_id) k
      join tasks p on p.shop_id = t.shop_id and p.case_id = k.case_id
      cross join lateral (
        select p.assignee as who, p.ended_at as at where p.ended_at is not null and p.assignee is not null
        union all select who, at from touches where task_id = p.id) had
      order by had.at desc limit 1) as last
    from (
      select * from tasks
      where ended_at is null and assignee is null and coalesce(due_at <= dunlin_now(), true) and coalesce(drawn_at < due_at, drawn_at is null)
        and (created_at, id) > (${made}::text::timestamptz, ${id}::uuid)
      order by created_at, id limit ${limit}) t
    join cases c on c.shop_id = t.shop_id and c.id = t.case_id
    join buyers b on b.shop_id = c.shop_id and b.id = c.buyer_id
    order by t.created_at, t.id`;
}

const drawn = rowSet<Draw & { readonly id: string }>({
  id: uuid(({ id }) => id),
  task_id: uuid(({ task }) => task),
  version: int4(({ version }) => version),
  how: word(({ how }) => how),
  candidates: list(({ candidates }) => candidates),
  drawn: text((row) => row.drawn),
  until: instant(({ until }) => until),
});

/**
 * Assigns the tasks, under the locks of their buyers, and stores the draws. Returns how many: a task that changed meanwhile, or whose buyer somebody else
 * has locked, is left for the next time.
 */
export async function writeDraws(tx: Sql, draws: readonly Draw[]): Promise<number> {
  if (draws.length === 0) return 0;
  const rows = drawn.rows(
    tx,
    draws.map((draw) => ({ ...draw, id: newId() })),
  );
  const { count } = await tx`
    with locked as materialized (
      select n.*
      from ${rows}
      join tasks t on t.id = n.task_id
      join cases c on c.shop_id = t.shop_id and c.id = t.case_id
      join buyers b on b.shop_id = c.shop_id and b.id = c.buyer_id and b.merged_into is null
      order by b.shop_id, b.id for update of b skip locked),
    assigned as (
      update tasks t set assignee = n.drawn, assigned_until = n.until, drawn_at = dunlin_now(), version = t.version + 1
      from locked n where t.id = n.task_id and t.version = n.version and t.ended_at is null and t.assignee is null
      returning n.*)
    insert into task_draws (id, task_id, at, how, candidates, drawn)
    select id, task_id, dunlin_now(), how, candidates::text[], drawn from assigned`;
  return count;
}
