/** The roles of API keys; each may do everything that the roles before it may. */
export const KEY_ROLES = ["viewer", "operator", "admin"] as const;
export type KeyRole = (typeof KEY_ROLES)[number];

/** The names of keys and people stand in the audit trail, beside those that it uses for actors without a key. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,59}$/u;
const TAKEN = ["admin key", "first start"];

export const isActorName = (text: string): boolean => NAME.test(text) && !TAKEN.includes(text.toLowerCase());
export const ACTOR_NAMES = `must consist of letters, digits, spaces and . _ @ -, at most 60, and must not be ${TAKEN.join(" or ")}`;
