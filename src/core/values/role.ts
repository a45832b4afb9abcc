/** What a key may do; each role may do what those before it may. */
export const KEY_ROLES = ["viewer", "operator", "admin"] as const;
export type KeyRole = (typeof KEY_ROLES)[number];
