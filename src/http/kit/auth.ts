/**
 * Who holds which key. The admin key of the environment or the data directory is compared by digest and in constant time, so that neither
 * length nor prefix shows; all others are looked up by digest, and remembered for a few seconds: that long a revoked one still opens.
 */
import { hash, timingSafeEqual } from "node:crypto";
import type { Auth, Holder, Role } from "../deps.ts";

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** Each role may do what those below it may: admin, operator, viewer. */
export function mayAct(role: Role, needed: Role): boolean {
  return RANK[role] >= RANK[needed];
}

/** Who holds the key of DUNLIN_API_KEY or of the data directory. */
const ADMIN: Holder = { role: "admin", name: "admin key" };
const REMEMBERED_MS = 5_000;
const STORED = /^dk_[\w-]{32}$/;
const MAX_REMEMBERED = 1_000;

export type AuthOptions = {
  readonly adminKey: string;
  /** The holder of the stored key with this SHA-256, if it is valid. Absent: there is only the admin key. */
  readonly find?: (digest: Buffer) => Promise<Holder | null>;
  /** Monotonic ms. */
  readonly clock?: () => number;
};

const digestOf = (key: string) => hash("sha256", key, "buffer");

export function createAuth({ adminKey, find, clock = () => performance.now() }: AuthOptions): Auth {
  if (adminKey === "") throw new Error("an empty admin key would let everybody in");
  const admin = digestOf(adminKey);
  const known = new Map<string, { readonly holder: Holder; readonly until: number }>();
  return {
    check(bearer) {
      const digest = digestOf(bearer);
      if (timingSafeEqual(digest, admin)) return ADMIN;
      // What is no key of ours is not worth a look at the store.
      if (find === undefined || !STORED.test(bearer)) return null;
      const key = digest.toString("base64");
      const remembered = known.get(key);
      if (remembered !== undefined && clock() < remembered.until) return remembered.holder;
      known.delete(key);
      return find(digest).then((holder) => {
        if (known.size >= MAX_REMEMBERED) known.clear();
        if (holder !== null) known.set(key, { holder, until: clock() + REMEMBERED_MS });
        return holder;
      });
    },
  };
}
