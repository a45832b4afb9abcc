/** People who sign in with a password, of which only the Argon2id hash is stored. */
import type { KeyRole } from "../../../core/values/role.ts";
import type { Sql } from "../../client.ts";
import { newId } from "../../ids.ts";
import { inTransaction } from "../../transaction.ts";
import { type Actor, insertAudit } from "../campaigns/audit-store.ts";

export type StoredUser = {
  readonly id: string;
  readonly name: string;
  readonly role: KeyRole;
  readonly created_at: number;
  readonly created_by: string;
  readonly disabled_at: number | null;
};

/** How a person comes in: with a hashed password, or with a link to set one, by the SHA-256 of its token. */
export type Way = { readonly password: string } | { readonly link: { readonly hash: Buffer; readonly lifeMs: number } };

const columnsOf = (way: Way) => ({
  password: "password" in way ? way.password : null,
  hash: "link" in way ? way.link.hash : null,
  lifeMs: "link" in way ? way.link.lifeMs : null,
});

type NewUser = { readonly name: string; readonly role: KeyRole; readonly way: Way };

/** False: the name was used before, by a person or a key. */
export function insertUser(sql: Sql, actor: Actor, { name, role, way }: NewUser): Promise<boolean> {
  const { password, hash, lifeMs } = columnsOf(way);
  return inTransaction(sql, async (tx) => {
    const made = await tx`
      insert into users (id, name, role, password, link_hash, link_ends_at, created_at, created_by)
      select ${newId()}::uuid, ${name}, ${role}, ${password}, ${hash}, dunlin_now() + ${lifeMs}::float8 * interval '1 millisecond',
        dunlin_now(), ${actor.who}
      where not exists (select from api_keys where name = ${name}) on conflict do nothing`;
    if (made.count === 0) return false;
    await insertAudit(tx, actor, { action: "user.create", subject: name, from: null, to: null, note: role });
    return true;
  });
}

export function listUsers(sql: Sql) {
  return sql<
    StoredUser[]
  >`select id, name, role, created_at, created_by, disabled_at from users order by created_at, id`;
}

const NO_WAY = { password: null, hash: null, lifeMs: null };

/** `way`: replaces password and link. */
export type UserChange = { readonly way?: Way; readonly role?: KeyRole; readonly disabled?: true };

/** Changes a person who is not disabled, and ends their sessions but `except`. False: there is no such person. */
export function changeUser(
  sql: Sql,
  actor: Actor,
  name: string,
  change: UserChange,
  except: Buffer | null = null,
): Promise<boolean> {
  const { password, hash, lifeMs } = change.way === undefined ? NO_WAY : columnsOf(change.way);
  const keeps = change.way === undefined;
  return inTransaction(sql, async (tx) => {
    const [user] = await tx<{ id: string }[]>`
      update users set password = case when ${keeps} then password else ${password} end,
        link_hash = case when ${keeps} then link_hash else ${hash} end,
        link_ends_at = case when ${keeps} then link_ends_at else dunlin_now() + ${lifeMs}::float8 * interval '1 millisecond' end,
        role = coalesce(${change.role ?? null}, role), failures = 0, blocked_until = null,
        disabled_at = case when ${change.disabled === true} then dunlin_now() end
      where name = ${name} and disabled_at is null returning id`;
    if (user === undefined) return false;
    await tx`delete from sessions where user_id = ${user.id} and hash is distinct from ${except}`;
    for (const [action, note] of [
      ["password", change.way === undefined ? null : password === null ? "a link to set one" : ""],
      ["role", change.role ?? null],
      ["disable", change.disabled === true ? "" : null],
    ] as const)
      if (note !== null)
        await insertAudit(tx, actor, { action: `user.${action}`, subject: name, from: null, to: null, note });
    return true;
  });
}

export type Known = {
  readonly id: string;
  readonly name: string;
  /** null: none was set yet. */
  readonly password: string | null;
  /** How long no password is looked at, ms; 0: now. */
  readonly blocked: number;
};

/** null: there is no such person, or no longer. */
export async function findUser(sql: Sql, name: string): Promise<Known | null> {
  const [row] = await sql<Known[]>`
    select id, name, password, greatest(0, extract(epoch from blocked_until - dunlin_now()) * 1000)::float8 as blocked
    from users where name = ${name} and disabled_at is null`;
  return row === undefined ? null : { ...row, blocked: row.blocked ?? 0 };
}

/** After `free` wrong passwords in a row, each further one blocks twice as long as the one before: from `firstMs` to `longestMs`. */
export type Blocking = { readonly free: number; readonly firstMs: number; readonly longestMs: number };

export async function noteFailure(sql: Sql, id: string, { free, firstMs, longestMs }: Blocking): Promise<void> {
  await sql`
    update users set failures = failures + 1,
      blocked_until = case when failures + 1 > ${free}::int then dunlin_now()
        + least(${longestMs}::float8, ${firstMs}::float8 * power(2, least(failures - ${free}::int, 30))) * interval '1 millisecond' end
    where id = ${id}`;
}

export async function noteSuccess(sql: Sql, id: string): Promise<void> {
  await sql`update users set failures = 0, blocked_until = null where id = ${id} and failures > 0`;
}

/** The name of the person whose link has this digest; null: it was used, it is over, or nobody has it. */
export async function findLink(sql: Sql, hash: Buffer): Promise<string | null> {
  const [row] = await sql<{ name: string }[]>`
    select name from users where link_hash = ${hash} and link_ends_at > dunlin_now() and disabled_at is null`;
  return row?.name ?? null;
}

/** Uses up a link: of two at once, one sets the password. `password`: hashed. null: as `findLink`. */
export function takeLink(sql: Sql, hash: Buffer, password: string): Promise<string | null> {
  return inTransaction(sql, async (tx) => {
    const [user] = await tx<{ id: string; name: string }[]>`
      update users set password = ${password}, link_hash = null, link_ends_at = null, failures = 0, blocked_until = null
      where link_hash = ${hash} and link_ends_at > dunlin_now() and disabled_at is null returning id, name`;
    if (user === undefined) return null;
    await tx`delete from sessions where user_id = ${user.id}`;
    const actor: Actor = { who: user.name, via: "http" };
    await insertAudit(tx, actor, { action: "user.password", subject: user.name, from: null, to: null, note: "" });
    return user.name;
  });
}
