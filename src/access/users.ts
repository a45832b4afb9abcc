/** Makes and changes the people who sign in. A person sets the password by a link that holds once; passwords are hashed before they come to the store. */
import { DAY } from "../core/values/duration.ts";
import type { KeyRole } from "../core/values/role.ts";
import type { Sql } from "../db/client.ts";
import { forgetAttempts } from "../db/stores/access/attempt-store.ts";
import { findLink, insertUser, replaceWay, takeLink, type Way } from "../db/stores/access/user-store.ts";
import type { Actor } from "../db/stores/campaigns/audit-store.ts";
import type { Vault } from "../db/vault.ts";
import { attemptKey } from "./attempts.ts";
import { type BUSY, type Hashing, hashPassword, passwordFault } from "./passwords.ts";
import { digestOf, newToken } from "./tokens.ts";

/** A password is not taken. The message says why, and does not repeat it. */
export class PasswordError extends Error {}

const LINK_LIFE = 3 * DAY;

async function hashed(name: string, password: string): Promise<string> {
  const fault = passwordFault(password, name);
  if (fault !== null) throw new PasswordError(fault);
  return hashPassword(password);
}

/** `token`: that of the link; null: the password was given. */
async function wayIn(name: string, password: string | undefined): Promise<{ way: Way; token: string | null }> {
  if (password !== undefined) return { way: { password: await hashed(name, password) }, token: null };
  const token = newToken();
  return { way: { link: { hash: digestOf(token), lifeMs: LINK_LIFE } }, token };
}

type NewUser = { readonly name: string; readonly role: KeyRole; readonly password?: string | undefined };
/** `token`: what the link to set a password ends with; null: the password was given. */
type Made = { readonly token: string | null };

/** null: the name was used before. Throws a PasswordError. */
export async function createUser(sql: Sql, actor: Actor, { name, role, password }: NewUser): Promise<Made | null> {
  const { way, token } = await wayIn(name, password);
  return (await insertUser(sql, actor, { name, role, way })) ? { token } : null;
}

/** The old password and all sessions of the person end. Throws as `createUser`; null: there is no such person. */
export async function renewPassword(sql: Sql, actor: Actor, name: string, password?: string): Promise<Made | null> {
  const { way, token } = await wayIn(name, password);
  return (await replaceWay(sql, actor, name, way)) ? { token } : null;
}

export const linkPath = (token: string): string => `/v1/welcome/${token}`;

type LinkDeps = { readonly sql: Sql; readonly vault: Pick<Vault, "hash">; readonly hashing: Hashing };
type Set = { readonly name: string } | { readonly name: string; readonly fault: string } | typeof BUSY | null;

/** The links by which people set their passwords. */
export const passwordLinks = ({ sql, vault, hashing }: LinkDeps) => ({
  /** Whose link it is; null: it was used, it is over, or nobody has it. */
  nameOf: (token: string): Promise<string | null> => findLink(sql, digestOf(token)),
  /** A blocked person may try again. `fault`: why the password is not taken. null: as `nameOf`. */
  async set(token: string, password: string): Promise<Set> {
    const name = await findLink(sql, digestOf(token));
    if (name === null) return null;
    const fault = passwordFault(password, name);
    if (fault !== null) return { name, fault };
    return hashing.admit(async () => {
      const taken = await takeLink(sql, digestOf(token), await hashing.hash(password));
      if (taken === null) return null;
      await forgetAttempts(sql, attemptKey(vault, taken));
      return { name: taken };
    });
  },
});
