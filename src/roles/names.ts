/** The roles of a process, in the order of their start. Apart from the roles, so that the command line knows them without loading them. */
export const ROLE_NAMES = ["intake", "dispatch", "upkeep", "api"] as const;
export type RoleName = (typeof ROLE_NAMES)[number];
