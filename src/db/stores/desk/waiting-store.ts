/** The tasks and promises that staff should know of: few, since both are open. */
import type { WaitingTasks } from "../../../core/notices/desk-matters.ts";
import type { Sql } from "../../client.ts";

/** `soonMs`: how long a task may wait for somebody, and how long before the time of a promise a notice comes. */
export async function readWaiting(sql: Sql, soonMs: number): Promise<WaitingTasks> {
  const soon = sql`${soonMs}::float8 * interval '1 ms'`;
  const [row] = await sql<WaitingTasks[]>`
    with unclaimed as (
      select shop_id as shop, count(*)::int as count, max(coalesce(due_at, created_at)) as at from tasks
      where ended_at is null and coalesce(lease_until <= dunlin_now(), true) and coalesce(due_at, created_at) <= dunlin_now() - ${soon}
      group by shop_id),
    promised as (
      select shop_id as shop, count(*)::int as count, max(at) as at from promises
      where state = 'open' and at > dunlin_now() and at <= dunlin_now() + ${soon} group by shop_id),
    known as (
      select matter, max(occurrence::float8) as at from notices where matter in ('tasks_unclaimed', 'promises_due') group by matter)
    select
      (select coalesce(json_agg(json_build_object('shop', shop, 'count', count) order by shop), '[]') from unclaimed) as unclaimed,
      (select floor(1000 * extract(epoch from max(at)))::float8 from unclaimed) as "unclaimedAt",
      (select at from known where matter = 'tasks_unclaimed') as "knownUnclaimedAt",
      (select coalesce(json_agg(json_build_object('shop', shop, 'count', count) order by shop), '[]') from promised) as promised,
      (select floor(1000 * extract(epoch from max(at)))::float8 from promised) as "promisedAt",
      (select at from known where matter = 'promises_due') as "knownPromisedAt"`;
  if (row === undefined) throw new Error("a statement without a row set answered none");
  return row;
}
