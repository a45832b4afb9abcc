import type { Sql } from "../../client.ts";

/** An arbitrary number, so that no other lock by a hash is this one. */
const NAMES = 5_873_012;

/**
 * Holds the name until the end of the transaction. People and keys are in two tables, so no unique index keeps one of each from getting the same name at
 * the same moment. The statement that looks for the name comes after it, and so sees what was committed while it waited.
 */
export async function lockName(tx: Sql, name: string): Promise<void> {
  await tx`select pg_advisory_xact_lock(${NAMES}::int, hashtext(${name}))`;
}
