/** The name under which attempts to sign in are counted. */
import type { Vault } from "../db/vault.ts";

/** Spellings that a person may take for the same name count together. */
export const attemptKey = (vault: Pick<Vault, "hash">, name: string): Buffer =>
  vault.hash("sign-in", name.normalize("NFKC").trim().toLowerCase());
