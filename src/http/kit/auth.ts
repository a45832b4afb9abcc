/**
 * Finds the holder of a key. The admin key of the environment or the data directory is compared by digest and in constant time, so that
 * neither length nor prefix leaks. All other keys are looked up by digest and cached for a few seconds, so a revoked key works that long.
 */
import { hash, timingSafeEqual } from "node:crypto";
import type { KeyRole } from "../../core/values/role.ts";

/** `name` is recorded in the audit trail. */
export type Holder = { readonly role: KeyRole; readonly name: string };

/** A session of a browser. Requests that change something must repeat `csrf`. `endsAt`: epoch ms. */
export type BrowserSession = Holder & { readonly csrf: string; readonly endsAt: number; readonly person: boolean };

export type Auth = {
  /** The holder of this key; null: nobody. A promise when the store must be asked; it rejects when the store is out. */
  check(bearer: string): Holder | null | Promise<Holder | null>;
  /** The session with this token; null: it is over, or never was. It rejects when the store is out. */
  session(token: string): Promise<BrowserSession | null>;
};

const RANK: Record<KeyRole, number> = { viewer: 0, operator: 1, admin: 2 };

/** A role may do everything that a lower role may. From high to low: admin, operator, viewer. */
export function mayAct(role: KeyRole, needed: KeyRole): boolean {
  return RANK[role] >= RANK[needed];
}

/** The holder of the key of DUNLIN_API_KEY or of the data directory. */
export const ADMIN: Holder = { role: "admin", name: "admin key" };
const CACHED_MS = 5_000;
const STORED = /^dk_[\w-]{32}$/;
const MAX_CACHED = 1_000;

export type AuthOptions = {
  readonly adminKey: string;
  /** The holder of the stored key with this SHA-256, if the key is valid. Absent: there is only the admin key. */
  readonly find?: (digest: Buffer) => Promise<Holder | null>;
  /** The session with this token. Absent: there are none. */
  readonly findSession?: (token: string) => Promise<BrowserSession | null>;
  /** Monotonic ms. */
  readonly clock?: () => number;
};

const digestOf = (key: string) => hash("sha256", key, "buffer");

export function createAuth({ adminKey, find, findSession, clock = () => performance.now() }: AuthOptions): Auth {
  if (adminKey === "") throw new Error("an empty admin key would let everybody in");
  const admin = digestOf(adminKey);
  const known = new Map<string, { readonly holder: Holder; readonly until: number }>();
  return {
    session: async (token) => (await findSession?.(token)) ?? null,
    check(bearer) {
      const digest = digestOf(bearer);
      if (timingSafeEqual(digest, admin)) return ADMIN;
      // A key of another form cannot be in the store.
      if (find === undefined || !STORED.test(bearer)) return null;
      const key = digest.toString("base64");
      const cached = known.get(key);
      if (cached !== undefined && clock() < cached.until) return cached.holder;
      known.delete(key);
      return find(digest).then((holder) => {
        if (known.size >= MAX_CACHED) known.clear();
        if (holder !== null) known.set(key, { holder, until: clock() + CACHED_MS });
        return holder;
      });
    },
  };
}
