/** The roles of API keys; each may do everything that the roles before it may. */
export const KEY_ROLES = ["viewer", "operator", "admin"] as const;
export type KeyRole = (typeof KEY_ROLES)[number];
