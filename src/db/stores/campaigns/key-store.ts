/** API keys: only their digests are stored. */
import { hash, randomBytes } from "node:crypto";
import type { KeyRole } from "../../../core/values/role.ts";
import type { Sql } from "../../client.ts";
import { newId } from "../../ids.ts";
import { inTransaction } from "../../transaction.ts";
import { type Actor, insertAudit } from "./audit-store.ts";
import { lockName } from "./name-lock.ts";

export type StoredKey = {
  readonly id: string;
  readonly name: string;
  readonly role: KeyRole;
  readonly created_at: number;
  readonly created_by: string;
  readonly revoked_at: number | null;
};

/** Returns the key itself, which is shown only once; null: the name was used before. */
export function createKey(sql: Sql, actor: Actor, name: string, role: KeyRole): Promise<string | null> {
  const key = `dk_${randomBytes(24).toString("base64url")}`;
  return inTransaction(sql, async (tx) => {
    await lockName(tx, name);
    const made = await tx`
      insert into api_keys (id, name, role, hash, created_at, created_by)
      select ${newId()}::uuid, ${name}, ${role}, ${hash("sha256", key, "buffer")}, dunlin_now(), ${actor.who}
      where not exists (select from users where name = ${name}) on conflict do nothing`;
    if (made.count === 0) return null;
    await insertAudit(tx, actor, { action: "key.create", subject: name, from: null, to: null, note: role });
    return key;
  });
}

export function listKeys(sql: Sql) {
  return sql<
    StoredKey[]
  >`select id, name, role, created_at, created_by, revoked_at from api_keys order by created_at, id`;
}

/** null: there is no key of that name; false: it was revoked before. */
export function revokeKey(sql: Sql, actor: Actor, name: string): Promise<boolean | null> {
  return inTransaction(sql, async (tx) => {
    const [key] = await tx<
      { revoked_at: number | null }[]
    >`select revoked_at from api_keys where name = ${name} for update`;
    if (key === undefined) return null;
    if (key.revoked_at !== null) return false;
    await tx`update api_keys set revoked_at = dunlin_now() where name = ${name}`;
    await insertAudit(tx, actor, { action: "key.revoke", subject: name, from: null, to: null, note: null });
    return true;
  });
}

/** The holder of the valid key with this digest. */
export async function findKey(
  sql: Sql,
  digest: Buffer,
): Promise<{ readonly name: string; readonly role: KeyRole } | null> {
  const [row] = await sql<{ name: string; role: KeyRole }[]>`
    select name, role from api_keys where hash = ${digest} and revoked_at is null`;
  return row ?? null;
}
