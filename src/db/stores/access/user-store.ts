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

type NewUser = { readonly name: string; readonly role: KeyRole; readonly password: string };

/** `password`: hashed. False: the name was used before, by a person or a key. */
export function insertUser(sql: Sql, actor: Actor, { name, role, password }: NewUser): Promise<boolean> {
  return inTransaction(sql, async (tx) => {
    const made = await tx`
      insert into users (id, name, role, password, created_at, created_by)
      select ${newId()}::uuid, ${name}, ${role}, ${password}, dunlin_now(), ${actor.who}
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

export type UserChange = { readonly password?: string; readonly role?: KeyRole; readonly disabled?: true };

/** Changes a person who is not disabled, and ends their sessions but `except`. `password`: hashed. False: there is no such person. */
export function changeUser(
  sql: Sql,
  actor: Actor,
  name: string,
  change: UserChange,
  except: Buffer | null = null,
): Promise<boolean> {
  return inTransaction(sql, async (tx) => {
    const [user] = await tx<{ id: string }[]>`
      update users set password = coalesce(${change.password ?? null}, password), role = coalesce(${change.role ?? null}, role),
        failures = 0, blocked_until = null, disabled_at = case when ${change.disabled === true} then dunlin_now() end
      where name = ${name} and disabled_at is null returning id`;
    if (user === undefined) return false;
    await tx`delete from sessions where user_id = ${user.id} and hash is distinct from ${except}`;
    for (const [action, note] of [
      ["password", change.password === undefined ? null : ""],
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
  readonly password: string;
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
