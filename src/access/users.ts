/** Makes and changes the people who sign in. Passwords are hashed before they come to the store. */
import type { KeyRole } from "../core/values/role.ts";
import type { Sql } from "../db/client.ts";
import { changeUser, insertUser } from "../db/stores/access/user-store.ts";
import type { Actor } from "../db/stores/campaigns/audit-store.ts";
import { hashPassword, newPassword, passwordFault } from "./passwords.ts";

/** A password is not taken. The message says why, and does not repeat it. */
export class PasswordError extends Error {}

async function hashed(name: string, password: string): Promise<string> {
  const fault = passwordFault(password, name);
  if (fault !== null) throw new PasswordError(fault);
  return hashPassword(password);
}

type NewUser = { readonly name: string; readonly role: KeyRole; readonly password?: string | undefined };

/** Returns the password: the given one, or a new one. null: the name was used before. Throws a PasswordError. */
export async function createUser(
  sql: Sql,
  actor: Actor,
  { name, role, password = newPassword() }: NewUser,
): Promise<string | null> {
  return (await insertUser(sql, actor, { name, role, password: await hashed(name, password) })) ? password : null;
}

/** Ends all sessions of the person, and lets a blocked one try again. Returns and throws as `createUser`; null: there is no such person. */
export async function setPassword(
  sql: Sql,
  actor: Actor,
  name: string,
  password: string = newPassword(),
): Promise<string | null> {
  return (await changeUser(sql, actor, name, { password: await hashed(name, password) })) ? password : null;
}
