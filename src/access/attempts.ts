/** The name under which attempts to sign in are counted. */
import type { Vault } from "../db/vault.ts";

/** The exact name, as people are found by it: no other name shares its lock. The hash is keyed, and no name is stored. */
export const attemptKey = (vault: Pick<Vault, "hash">, name: string): Buffer => vault.hash("sign-in", name);
