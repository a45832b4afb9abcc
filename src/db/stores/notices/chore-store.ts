/** Chores that one process at a time does, also while the queue is away. */
import type { Sql } from "../../client.ts";

/** false: it is not due, or another process is at it. A process that dies holds it until `leaseMs` are over. */
export async function claimChore(sql: Sql, name: string, leaseMs: number): Promise<boolean> {
  const until = sql`dunlin_now() + ${leaseMs}::float8 * interval '1 ms'`;
  const { count } = await sql`
    insert into chores (name, next_at, lease_until) values (${name}, dunlin_now(), ${until})
    on conflict (name) do update set lease_until = excluded.lease_until
    where chores.next_at <= dunlin_now() and (chores.lease_until is null or chores.lease_until <= dunlin_now())`;
  return count > 0;
}

export function finishChore(sql: Sql, name: string, againInMs: number) {
  return sql`
    update chores set lease_until = null, next_at = dunlin_now() + ${againInMs}::float8 * interval '1 ms' where name = ${name}`;
}
