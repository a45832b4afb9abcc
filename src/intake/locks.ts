/** The row locks of a round: strays first, then buyers. */
import type { Sql } from "../db/client.ts";
import { type Key, shopKey } from "../db/keys.ts";
import { lockBuyers, lockStrays } from "../db/stores/intake/intake-store.ts";
import { mergeBuyers } from "../db/stores/intake/merge-store.ts";
import type { Known } from "./known.ts";
import type { Party } from "./parties.ts";
import type { Prepared } from "./prepare.ts";

/** A row changed between its first read and its lock: run the whole transaction again. */
export class Moved extends Error {}

/** Locks the stored orders among these that have no buyer. Throws Moved when one has one meanwhile. */
export async function lockStoredStrays(tx: Sql, events: readonly Prepared[], known: Known): Promise<void> {
  const strays = new Map<string, Key>();
  for (const { shop, orderId } of events) {
    const key = shopKey(shop, orderId);
    if (known.stored.has(key) && !known.orders.has(key)) strays.set(key, { shop, id: orderId });
  }
  if (strays.size === 0) return;
  const rows = await lockStrays(tx, [...strays.values()]);
  if (rows.some(({ buyer_id }) => buyer_id !== null)) throw new Moved();
}

/** Locks the stored buyers of all parties, and merges those that a party proves to be one. Throws Moved when one was merged meanwhile. */
export async function lockAndMerge(tx: Sql, parties: readonly Party[]) {
  const keys = parties.flatMap(({ shop, buyers }) => buyers.map((id) => ({ shop, id })));
  if (keys.length === 0) return [];
  const locked = await lockBuyers(tx, keys);
  if (locked.some(({ merged_into }) => merged_into !== null)) throw new Moved();
  // Its later events come without identities. These were read before it was erased.
  const erased = new Set(
    locked.filter(({ erased_at }) => erased_at !== null).map(({ shop_id, id }) => shopKey(shop_id, id)),
  );
  const names = ({ platformId, contacts }: Prepared) => platformId !== null || contacts.length > 0;
  if (
    erased.size > 0 &&
    parties.some(({ shop, buyers, events }) => buyers.some((id) => erased.has(shopKey(shop, id))) && events.some(names))
  )
    throw new Moved();
  const merging = parties.filter(({ buyers }) => buyers.length > 1);
  for (const party of merging) {
    // Ids are in the order of time: the oldest buyer stays.
    party.buyers.sort();
    const [winner, ...losers] = party.buyers;
    if (winner === undefined) continue;
    const rowOf = (id: string) => locked.find((row) => row.shop_id === party.shop && row.id === id);
    const loser = losers.find((id) => rowOf(id)?.platform_id != null);
    const takes = rowOf(winner)?.platform_id == null && loser !== undefined;
    const takeOver = takes ? { loser, platformId: rowOf(loser)?.platform_id ?? null } : null;
    await mergeBuyers(tx, party.shop, winner, losers, takeOver);
    party.buyers.splice(1);
  }
  if (merging.length === 0) return locked;
  return lockBuyers(
    tx,
    parties.flatMap(({ shop, buyers }) => buyers.map((id) => ({ shop, id }))),
  );
}
