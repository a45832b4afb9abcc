/**
 * Retention deletes what is no longer to be kept, a chunk at a time, so that no statement holds locks for long. Reports keep their figures. It
 * goes through the rows of each shop in the order of their ids and remembers how far it came, so a run costs as much as it deletes.
 */
import type { Sql } from "../db/client.ts";
import { deleteTexts, oldTexts } from "../db/stores/dispatch/text-store.ts";
import { shopsSeen } from "../db/stores/reads/windows.ts";

const CHUNK = 1_000;
/** In one run. Other chores of the process wait meanwhile. */
const MAX_CHUNKS = 10;

/** Deletes the texts of messages that were claimed more than `keepMs` ago by the database's clock. Returns how many deliveries it went through. */
export async function purgeTexts(sql: Sql, keepMs: number): Promise<number> {
  let seen = 0;
  let chunks = MAX_CHUNKS;
  for (const shop of await shopsSeen(sql))
    while (chunks > 0) {
      const ids = await oldTexts(sql, { shop, keepMs, limit: CHUNK });
      if (ids.length === 0) break;
      await deleteTexts(sql, shop, ids);
      seen += ids.length;
      chunks -= 1;
      if (ids.length < CHUNK) break;
    }
  return seen;
}
