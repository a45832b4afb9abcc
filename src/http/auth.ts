/** Who holds which key. Keys are compared by their digests and in constant time, so that neither length nor prefix shows. */
import { hash, timingSafeEqual } from "node:crypto";
import type { Auth, Role } from "./deps.ts";

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** Each role may do what those below it may: admin, operator, viewer. */
export function mayAct(role: Role, needed: Role): boolean {
  return RANK[role] >= RANK[needed];
}

const digest = (key: string) => hash("sha256", key, "buffer");

export function createAuth({ adminKey }: { readonly adminKey: string }): Auth {
  if (adminKey === "") throw new Error("an empty admin key would let everybody in");
  const admin = digest(adminKey);
  return { check: (bearer) => (timingSafeEqual(digest(bearer), admin) ? { role: "admin" } : null) };
}
