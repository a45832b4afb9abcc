/**
 * Sessions of the console: a random token in a cookie, and its digest in the database. Signing in makes a new one, also when there was one. A
 * session ends after half a day without a request, and after a week in any case.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { DAY, HOUR } from "../core/values/duration.ts";
import type { KeyRole } from "../core/values/role.ts";
import type { Sql } from "../db/client.ts";
import { endSession, findSession, insertSession } from "../db/stores/access/session-store.ts";
import { type Blocking, changeUser, findUser, noteFailure, noteSuccess } from "../db/stores/access/user-store.ts";
import { hashPassword, isPassword, passwordFault } from "./passwords.ts";
import { digestOf, newToken } from "./tokens.ts";

const IDLE = 12 * HOUR;
const LIFE = 7 * DAY;
/** Five wrong passwords are a person who tries; then each attempt costs twice the time of the one before. */
const BLOCKING: Blocking = { free: 5, firstMs: 2_000, longestMs: 15 * 60_000 };

export type Session = {
  readonly name: string;
  readonly role: KeyRole;
  readonly csrf: string;
  /** Epoch ms. */
  readonly endsAt: number;
  /** Signed in with a password. */
  readonly person: boolean;
};

export type SignedIn =
  | { readonly kind: "signed_in"; readonly token: string; readonly session: Session }
  | { readonly kind: "refused" }
  | { readonly kind: "blocked"; readonly forMs: number };

export type SessionDeps = {
  readonly sql: Sql;
  /** The holder of a key; null: nobody. */
  readonly holderOf: (key: string) => Promise<{ readonly name: string; readonly role: KeyRole } | null>;
  /** The admin key is not stored: its sessions are found by its digest. */
  readonly admin: { readonly digest: Buffer; readonly name: string };
};

/** So long as the hash of a real password, so that nobody learns from the time of an answer whether a name is known. */
let nobody: Promise<string> | undefined;

export function createSessions({ sql, holderOf, admin }: SessionDeps) {
  async function begin(
    who: { readonly userId: string | null; readonly keyHash: Buffer | null },
    before: string | null,
  ): Promise<string> {
    const token = newToken();
    const csrf = randomBytes(18).toString("base64url");
    await insertSession(
      sql,
      { hash: digestOf(token), ...who, csrf, lifeMs: LIFE },
      before === null ? null : digestOf(before),
    );
    return token;
  }

  async function find(token: string): Promise<Session | null> {
    const found = await findSession(sql, digestOf(token), IDLE);
    if (found === null) return null;
    const { name, role, csrf, ends_at: endsAt, key_hash: keyHash, user: person } = found;
    if (name !== null && role !== null) return { name, role, csrf, endsAt, person };
    const isAdmin = keyHash !== null && timingSafeEqual(keyHash, admin.digest);
    return isAdmin ? { name: admin.name, role: "admin", csrf, endsAt, person } : null;
  }

  async function signedIn(token: string): Promise<SignedIn> {
    const session = await find(token);
    return session === null ? { kind: "refused" } : { kind: "signed_in", token, session };
  }

  return {
    find,
    /** `before`: the cookie that came with the request; its session ends. */
    async byPassword(name: string, password: string, before: string | null): Promise<SignedIn> {
      const user = await findUser(sql, name);
      nobody ??= hashPassword("nobody has this password");
      if (user !== null && user.blocked > 0) return { kind: "blocked", forMs: user.blocked };
      const isRight = await isPassword(user?.password ?? (await nobody), password);
      if (user === null || user.password === null) return { kind: "refused" };
      if (!isRight) {
        await noteFailure(sql, user.id, BLOCKING);
        return { kind: "refused" };
      }
      await noteSuccess(sql, user.id);
      return signedIn(await begin({ userId: user.id, keyHash: null }, before));
    },
    async byKey(key: string, before: string | null): Promise<SignedIn> {
      if ((await holderOf(key)) === null) return { kind: "refused" };
      return signedIn(await begin({ userId: null, keyHash: digestOf(key) }, before));
    },
    end: (token: string, everywhere: boolean): Promise<void> => endSession(sql, digestOf(token), everywhere),
    /** Ends all other sessions of the person. A string: why it was not changed. */
    async changePassword(token: string, { old, password }: { old: string; password: string }): Promise<string | null> {
      const session = await find(token);
      const user = session?.person === true ? await findUser(sql, session.name) : null;
      if (session === null || user === null || user.password === null)
        return "only people who signed in with a password can change it";
      if (user.blocked > 0 || !(await isPassword(user.password, old))) {
        if (user.blocked === 0) await noteFailure(sql, user.id, BLOCKING);
        return "the old password is wrong";
      }
      const fault = passwordFault(password, session.name);
      if (fault !== null) return fault;
      const change = { way: { password: await hashPassword(password) } };
      await changeUser(sql, { who: session.name, via: "http" }, session.name, change, digestOf(token));
      return null;
    },
  };
}
