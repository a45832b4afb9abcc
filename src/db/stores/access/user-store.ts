/** People who sign in with a password, of which only the Argon2id hash is stored. */
import type { KeyRole } from "../../../core/values/role.ts";
import type { Sql } from "../../client.ts";
import { newId } from "../../ids.ts";
import { inTransaction } from "../../transaction.ts";
import { type Actor, insertAudit } from "../campaigns/audit-store.ts";
import { lockName } from "../campaigns/name-lock.ts";

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
    await lockName(tx, name);
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

type Replacing = {
  /** The hash that the old password was compared with: only while it holds, the way is replaced. Absent: whatever there was. */
  readonly was?: string;
  /** A session that goes on. */
  readonly except?: Buffer;
};

/** Replaces password and link of a person, and ends their sessions. False: there is no such person, or the password is another one by now. */
export function replaceWay(
  sql: Sql,
  actor: Actor,
  name: string,
  way: Way,
  { was, except }: Replacing = {},
): Promise<boolean> {
  const { password, hash, lifeMs } = columnsOf(way);
  return inTransaction(sql, async (tx) => {
    const [user] = await tx<{ id: string }[]>`
      update users set password = ${password}, link_hash = ${hash},
        link_ends_at = dunlin_now() + ${lifeMs}::float8 * interval '1 millisecond'
      where name = ${name} and disabled_at is null and (${was ?? null}::text is null or password = ${was ?? null}) returning id`;
    if (user === undefined) return false;
    await tx`delete from sessions where user_id = ${user.id} and hash is distinct from ${except ?? null}`;
    const note = password === null ? "a link to set one" : "";
    await insertAudit(tx, actor, { action: "user.password", subject: name, from: null, to: null, note });
    return true;
  });
}

/** Ends password, link and sessions of a person for good. False: there is no such person. */
export function disableUser(sql: Sql, actor: Actor, name: string): Promise<boolean> {
  return inTransaction(sql, async (tx) => {
    const [user] = await tx<{ id: string }[]>`
      update users set disabled_at = dunlin_now(), password = null, link_hash = null, link_ends_at = null
      where name = ${name} and disabled_at is null returning id`;
    if (user === undefined) return false;
    await tx`delete from sessions where user_id = ${user.id}`;
    await insertAudit(tx, actor, { action: "user.disable", subject: name, from: null, to: null, note: "" });
    return true;
  });
}

export type Known = {
  readonly id: string;
  /** null: none was set yet. */
  readonly password: string | null;
};

/** null: there is no such person, or no longer. */
export async function findUser(sql: Sql, name: string): Promise<Known | null> {
  const [row] = await sql<Known[]>`select id, password from users where name = ${name} and disabled_at is null`;
  return row ?? null;
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
      update users set password = ${password}, link_hash = null, link_ends_at = null
      where link_hash = ${hash} and link_ends_at > dunlin_now() and disabled_at is null returning id, name`;
    if (user === undefined) return null;
    await tx`delete from sessions where user_id = ${user.id}`;
    const actor: Actor = { who: user.name, via: "http" };
    await insertAudit(tx, actor, { action: "user.password", subject: user.name, from: null, to: null, note: "" });
    return user.name;
  });
}
