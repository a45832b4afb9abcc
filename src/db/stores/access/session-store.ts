/** Sessions of the console: only the digests of their cookies are stored. */
import type { KeyRole } from "../../../core/values/role.ts";
import type { Sql } from "../../client.ts";

export type NewSession = {
  readonly hash: Buffer;
  /** `password`: the hash that the password of the person was compared with. */
  readonly by: { readonly userId: string; readonly password: string } | { readonly keyHash: Buffer };
  readonly csrf: string;
  /** How long it lasts at most, ms. */
  readonly lifeMs: number;
};

/**
 * Replaces the session `before`, if that is still there. False: the person got another password since, or was disabled. The lock makes that
 * change wait, and it then ends this session as well.
 */
export async function insertSession(sql: Sql, session: NewSession, before: Buffer | null): Promise<boolean> {
  const { hash, by, csrf, lifeMs } = session;
  const { userId, password, keyHash } = { userId: null, password: null, keyHash: null, ...by };
  const made = await sql`
    with person as (
      select id from users where id = ${userId} and password = ${password} and disabled_at is null for share),
    made as (
      insert into sessions (hash, user_id, key_hash, csrf, created_at, seen_at, ends_at)
      select ${hash}, ${userId}::uuid, ${keyHash}::bytea, ${csrf}, dunlin_now(), dunlin_now(),
        dunlin_now() + ${lifeMs}::float8 * interval '1 millisecond'
      where ${userId}::uuid is null or exists (select from person)
      returning hash),
    gone as (delete from sessions where hash = ${before} and exists (select from made))
    select from made`;
  return made.count > 0;
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

/** Deletes sessions that are over, at most `limit`. True: there may be more. */
export async function dropEndedSessions(sql: Sql, limit: number): Promise<boolean> {
  const gone = await sql`
    delete from sessions where hash in (select hash from sessions where ends_at < dunlin_now() order by ends_at limit ${limit})`;
  return gone.count === limit;
}
