/** Sessions of the console: only the digests of their cookies are stored. */
import type { KeyRole } from "../../../core/values/role.ts";
import type { Sql } from "../../client.ts";

export type NewSession = {
  readonly hash: Buffer;
  readonly userId: string | null;
  readonly keyHash: Buffer | null;
  readonly csrf: string;
  /** How long it lasts at most, ms. */
  readonly lifeMs: number;
};

/** Returns when it ends, epoch ms. It replaces the session `before`, if that is still there, and those that are over go. */
export async function insertSession(sql: Sql, session: NewSession, before: Buffer | null): Promise<number> {
  const { hash, userId, keyHash, csrf, lifeMs } = session;
  const [row] = await sql<{ ends_at: number }[]>`
    with gone as (delete from sessions where hash = ${before} or ends_at < dunlin_now())
    insert into sessions (hash, user_id, key_hash, csrf, created_at, seen_at, ends_at)
    values (${hash}, ${userId}, ${keyHash}, ${csrf}, dunlin_now(), dunlin_now(), dunlin_now() + ${lifeMs}::float8 * interval '1 millisecond')
    returning ends_at`;
  if (row === undefined) throw new Error("a session was not stored");
  return row.ends_at;
}

export type FoundSession = {
  readonly csrf: string;
  readonly ends_at: number;
  /** Absent: the session was made with a key that is not stored, the admin key: see `key_hash`. */
  readonly name: string | null;
  readonly role: KeyRole | null;
  readonly key_hash: Buffer | null;
  readonly user: boolean;
};

/** null: no such session is stored, it is over, or its person or key was shut out. `idleMs`: it ends when so long no request came. */
export async function findSession(sql: Sql, hash: Buffer, idleMs: number): Promise<FoundSession | null> {
  const [row] = await sql<(FoundSession & { readonly stale: boolean })[]>`
    select s.csrf, s.ends_at, coalesce(u.name, k.name) as name, coalesce(u.role, k.role) as role, s.key_hash,
      s.user_id is not null as user, s.seen_at < dunlin_now() - interval '1 minute' as stale
    from sessions s
      left join users u on u.id = s.user_id and u.disabled_at is null
      left join api_keys k on k.hash = s.key_hash
    where s.hash = ${hash} and s.ends_at > dunlin_now() and s.seen_at > dunlin_now() - ${idleMs}::float8 * interval '1 millisecond'
      and k.revoked_at is null and (s.user_id is null or u.id is not null)`;
  if (row === undefined) return null;
  const { stale, ...found } = row;
  if (stale) await sql`update sessions set seen_at = dunlin_now() where hash = ${hash}`;
  return found;
}

/** `everywhere`: all sessions of the same person or key. */
export async function endSession(sql: Sql, hash: Buffer, everywhere: boolean): Promise<void> {
  await (everywhere
    ? sql`delete from sessions s using sessions mine
        where mine.hash = ${hash} and (s.user_id = mine.user_id or s.key_hash = mine.key_hash)`
    : sql`delete from sessions where hash = ${hash}`);
}
