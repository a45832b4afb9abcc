/** Wires the routes of people and keys to their stores. */
import { createUser, linkPath, renewPassword } from "../../access/users.ts";
import { formatInstant } from "../../core/values/instant.ts";
import type { KeyRole } from "../../core/values/role.ts";
import type { Sql } from "../../db/client.ts";
import { disableUser, listUsers } from "../../db/stores/access/user-store.ts";
import type { Actor } from "../../db/stores/campaigns/audit-store.ts";
import { createKey, listKeys, revokeKey } from "../../db/stores/campaigns/key-store.ts";

type Named = { readonly name: string; readonly role: KeyRole };

const at = (ms: number): string => formatInstant(Math.floor(ms), 0);
const maybeAt = (ms: number | null): string | null => (ms === null ? null : at(ms));
const madeOf = (row: Named & { readonly created_at: number; readonly created_by: string }) => ({
  name: row.name,
  role: row.role,
  createdAt: at(row.created_at),
  createdBy: row.created_by,
});
const page = <Item>(items: readonly Item[]) => ({ items, next: null });
const linkOf = (name: string, made: { readonly token: string | null } | null) =>
  made === null || made.token === null ? null : { name, path: linkPath(made.token) };

export const peopleVerbs = (sql: Sql) => ({
  people: {
    list: async () =>
      page((await listUsers(sql)).map((row) => ({ ...madeOf(row), disabledAt: maybeAt(row.disabled_at) }))),
    create: async (actor: Actor, { name, role }: Named) => linkOf(name, await createUser(sql, actor, { name, role })),
    renew: async (actor: Actor, name: string) => linkOf(name, await renewPassword(sql, actor, name)),
    disable: (actor: Actor, name: string) => disableUser(sql, actor, name),
  },
  keys: {
    list: async () =>
      page((await listKeys(sql)).map((row) => ({ ...madeOf(row), revokedAt: maybeAt(row.revoked_at) }))),
    create: async (actor: Actor, { name, role }: Named) => {
      const key = await createKey(sql, actor, name, role);
      return key === null ? null : { name, role, key };
    },
    revoke: async (actor: Actor, name: string) => (await revokeKey(sql, actor, name)) === true,
  },
});
