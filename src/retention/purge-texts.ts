/**
 * Retention deletes what is no longer to be kept, a chunk at a time, so that no statement holds locks for long. Reports keep their figures. It
 * goes through the rows of each shop in the order of their ids and remembers how far it came, so a run costs as much as it deletes.
 */
import type { Sql } from "../db/client.ts";
import { deleteTexts, oldTexts } from "../db/stores/dispatch/text-store.ts";
import { shopsSeen } from "../db/stores/reads/windows.ts";

const CHUNK = 1_000;

/**
 * Deletes the texts of messages that were claimed more than `keepMs` ago by the database's clock. It begins no further chunk after `maxMs`. Returns how many
 * deliveries it went through.
 */
export async function purgeTexts(sql: Sql, keepMs: number, maxMs = Number.POSITIVE_INFINITY): Promise<number> {
  const end = performance.now() + maxMs;
  let seen = 0;
  for (const shop of await shopsSeen(sql)) {
    for (let full = true; full; ) {
      if (seen > 0 && performance.now() >= end) return seen;
      const ids = await oldTexts(sql, { shop, keepMs, limit: CHUNK });
      if (ids.length > 0) await deleteTexts(sql, shop, ids);
      seen += ids.length;
      full = ids.length === CHUNK;
    }
  }
  return seen;
}
