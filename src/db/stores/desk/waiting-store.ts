/** The tasks and promises that staff should know of: few, since both are open. */
import type { SoonPromises, WaitingTasks } from "../../../core/notices/desk-matters.ts";
import type { Sql } from "../../client.ts";

/** `soonMs`: how long a task may wait for somebody. */
export async function readWaiting(sql: Sql, soonMs: number): Promise<WaitingTasks> {
  const soon = sql`${soonMs}::float8 * interval '1 ms'`;
  const [row] = await sql<WaitingTasks[]>`
    with unclaimed as (
      select shop_id as shop, count(*)::int as count, max(coalesce(due_at, created_at)) as at from tasks
      where ended_at is null and coalesce(lease_until <= dunlin_now(), true) and coalesce(due_at, created_at) <= dunlin_now() - ${soon}
      group by shop_id)
    select
      (select coalesce(json_agg(json_build_object('shop', shop, 'count', count) order by shop), '[]') from unclaimed) as unclaimed,
      (select floor(1000 * extract(epoch from max(at)))::float8 from unclaimed) as "unclaimedAt",
      (select max(occurrence::float8) from notices where matter = 'tasks_unclaimed') as "knownUnclaimedAt"`;
  return onlyRow(row);
}

/**
 * Takes the open promises that are due within `soonMs`: each only once. One that a payment is just judging is left for the next time. The caller stores the
 * notice in the same transaction.
 */
export async function takeSoonPromises(tx: Sql, soonMs: number): Promise<SoonPromises> {
  const [row] = await tx<SoonPromises[]>`
    with soon as (
      select id from promises
      where state = 'open' and not warned and at > dunlin_now() and at <= dunlin_now() + ${soonMs}::float8 * interval '1 ms'
      order by at, id for update skip locked),
    taken as (
      update promises p set warned = true from soon where p.id = soon.id returning p.id, p.shop_id as shop, p.at),
    counted as (select shop, count(*)::int as count from taken group by shop)
    select
      (select coalesce(json_agg(json_build_object('shop', shop, 'count', count) order by shop), '[]') from counted) as promised,
      (select floor(1000 * extract(epoch from max(at)))::float8 from taken) as "promisedAt",
      (select min(id::text) from taken) as "firstPromise"`;
  return onlyRow(row);
}

function onlyRow<Row>(row: Row | undefined): Row {
  if (row === undefined) throw new Error("a statement without a row set answered none");
  return row;
}
