/** Who holds which key. Keys are compared by their digests and in constant time, so that neither length nor prefix shows. */
import { hash, timingSafeEqual } from "node:crypto";
import type { Auth, Holder, Role } from "./deps.ts";

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** Each role may do what those below it may: admin, operator, viewer. */
export function mayAct(role: Role, needed: Role): boolean {
  return RANK[role] >= RANK[needed];
}

/** Who holds the key of DUNLIN_API_KEY or of the data directory. */
const ADMIN: Holder = { role: "admin", name: "admin key" };

const digest = (key: string) => hash("sha256", key, "buffer");

export function createAuth({ adminKey }: { readonly adminKey: string }): Auth {
  if (adminKey === "") throw new Error("an empty admin key would let everybody in");
  const admin = digest(adminKey);
  return { check: (bearer) => (timingSafeEqual(digest(bearer), admin) ? ADMIN : null) };
}
