/** Attempts to sign in, by name. A name that nobody has is blocked as others are, so that no answer says which names are known. */
import type { Sql } from "../../client.ts";

/** After `free` wrong passwords in a row, each further one blocks twice as long as the one before: from `firstMs` to `longestMs`. */
export type Blocking = { readonly free: number; readonly firstMs: number; readonly longestMs: number };

/**
 * Counts an attempt as failed before its password is looked at: many at once get no further than as many in a row. Returns 0, or for how long
 * no password of the name is looked at, ms. `hash`: of the name.
 */
export async function beginAttempt(sql: Sql, hash: Buffer, { free, firstMs, longestMs }: Blocking): Promise<number> {
  const begun = await sql`
    insert into sign_in_attempts as a (hash, failures, at) values (${hash}, 1, dunlin_now())
    on conflict (hash) do update set failures = a.failures + 1, at = dunlin_now(),
      blocked_until = case when a.failures >= ${free}::int then dunlin_now()
        + least(${longestMs}::float8, ${firstMs}::float8 * power(2, least(a.failures - ${free}::int, 30))) * interval '1 millisecond' end
    where a.blocked_until is null or a.blocked_until <= dunlin_now()`;
  if (begun.count > 0) return 0;
  const [row] = await sql<{ ms: number }[]>`
    select extract(epoch from blocked_until - dunlin_now())::float8 * 1000 as ms from sign_in_attempts where hash = ${hash}`;
  return Math.max(1, row?.ms ?? 0);
}

/** The password was right: the name may be tried as if it had never been. */
export async function forgetAttempts(sql: Sql, hash: Buffer): Promise<void> {
  await sql`delete from sign_in_attempts where hash = ${hash}`;
}

/** Deletes names that nobody tried for `keepMs`, at most `limit`. True: there may be more. */
export async function dropOldAttempts(
  sql: Sql,
  { keepMs, limit }: { keepMs: number; limit: number },
): Promise<boolean> {
  const old = sql`at < dunlin_now() - ${keepMs}::float8 * interval '1 millisecond'`;
  const gone = await sql`
    delete from sign_in_attempts
    where hash in (select hash from sign_in_attempts where ${old} order by at limit ${limit}) and ${old}`;
  return gone.count === limit;
}
