/**
 * Sessions of the console: a random token in a cookie, and its digest in the database. Signing in makes a new one, also when there was one. A
 * session ends after half a day without a request (an open page makes some by itself), and after a week in any case.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import { DAY, HOUR } from "../core/values/duration.ts";
import type { KeyRole } from "../core/values/role.ts";
import type { Sql } from "../db/client.ts";
import { type Blocking, beginAttempt, forgetAttempts } from "../db/stores/access/attempt-store.ts";
import { endSession, findSession, insertSession, type NewSession } from "../db/stores/access/session-store.ts";
import { findUser, replaceWay } from "../db/stores/access/user-store.ts";
import type { Vault } from "../db/vault.ts";
import { attemptKey } from "./attempts.ts";
import { type BUSY, type Hashing, hashPassword, passwordFault } from "./passwords.ts";
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

/** `blocked`: too many wrong passwords for this name. */
type Refused = { readonly kind: "blocked"; readonly forMs: number } | typeof BUSY;

export type SignedIn =
  | { readonly kind: "signed_in"; readonly token: string; readonly session: Session }
  | { readonly kind: "refused" }
  | Refused;

/** `fault`: why it was not changed. */
export type PasswordChanged =
  | { readonly kind: "changed" }
  | { readonly kind: "fault"; readonly fault: string }
  | Refused;

export type SessionDeps = {
  readonly sql: Sql;
  /** Names that were tried are found by its hash. */
  readonly vault: Pick<Vault, "hash">;
  readonly hashing: Hashing;
  /** The holder of a key; null: nobody. */
  readonly holderOf: (key: string) => Promise<{ readonly name: string; readonly role: KeyRole } | null>;
  /** The admin key is not stored: its sessions are found by its digest. */
  readonly admin: { readonly digest: Buffer; readonly name: string };
};

const REFUSED = { kind: "refused" } as const;
const WRONG = { kind: "fault", fault: "the old password is wrong" } as const;
const NO_PASSWORD = { kind: "fault", fault: "only people who signed in with a password can change it" } as const;

export function createSessions({ sql, vault, hashing, holderOf, admin }: SessionDeps) {
  /** As costly as the hash of a person, so that nobody learns from the time of an answer whether a name is known. */
  const nobody = hashPassword(newToken());

  /** The token; null: the person got another password meanwhile, or was disabled. */
  async function begin(by: NewSession["by"], before: string | null): Promise<string | null> {
    const token = newToken();
    const csrf = randomBytes(18).toString("base64url");
    const session = { hash: digestOf(token), by, csrf, lifeMs: LIFE };
    return (await insertSession(sql, session, before === null ? null : digestOf(before))) ? token : null;
  }

  async function find(token: string): Promise<Session | null> {
    const found = await findSession(sql, digestOf(token), IDLE);
    if (found === null) return null;
    const { name, role, csrf, ends_at: endsAt, key_hash: keyHash, user: person } = found;
    if (name !== null && role !== null) return { name, role, csrf, endsAt, person };
    const isAdmin = keyHash !== null && timingSafeEqual(keyHash, admin.digest);
    return isAdmin ? { name: admin.name, role: "admin", csrf, endsAt, person } : null;
  }

  async function signedIn(token: string | null): Promise<SignedIn> {
    const session = token === null ? null : await find(token);
    return token === null || session === null ? REFUSED : { kind: "signed_in", token, session };
  }

  /** Calls `right` with the person of this name if this is the password; null: it is not. Until then the attempt counts as failed. */
  function attempt<T>(
    name: string,
    password: string,
    right: (person: { readonly id: string; readonly password: string }) => Promise<T>,
  ): Promise<T | Refused | null> {
    return hashing.admit(async () => {
      const key = attemptKey(vault, name);
      const forMs = await beginAttempt(sql, key, BLOCKING);
      if (forMs > 0) return { kind: "blocked", forMs };
      const user = await findUser(sql, name);
      const stored = user?.password ?? null;
      const isRight = await hashing.matches(stored ?? (await nobody), password);
      if (user === null || stored === null || !isRight) return null;
      await forgetAttempts(sql, key);
      return right({ id: user.id, password: stored });
    });
  }

  return {
    find,
    /** `before`: the cookie that came with the request; its session ends. */
    async byPassword(name: string, password: string, before: string | null): Promise<SignedIn> {
      const result = await attempt(name, password, async (person) =>
        signedIn(await begin({ userId: person.id, password: person.password }, before)),
      );
      return result ?? REFUSED;
    },
    async byKey(key: string, before: string | null): Promise<SignedIn> {
      if ((await holderOf(key)) === null) return REFUSED;
      return signedIn(await begin({ keyHash: digestOf(key) }, before));
    },
    end: (token: string, everywhere: boolean): Promise<void> => endSession(sql, digestOf(token), everywhere),
    /** Ends all other sessions of the person. */
    async changePassword(
      token: string,
      { old, password }: { old: string; password: string },
    ): Promise<PasswordChanged> {
      const session = await find(token);
      if (session === null || !session.person) return NO_PASSWORD;
      const { name } = session;
      const fault = passwordFault(password, name);
      if (fault !== null) return { kind: "fault", fault };
      const result = await attempt(name, old, async ({ password: was }) => {
        const way = { password: await hashing.hash(password) };
        const except = digestOf(token);
        return (await replaceWay(sql, { who: name, via: "http" }, name, way, { was, except }))
          ? ({ kind: "changed" } as const)
          : null;
      });
      return result ?? WRONG;
    },
  };
}
