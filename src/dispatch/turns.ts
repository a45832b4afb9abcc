/** Whose turn it is: with a backlog, a shop with few reminders does not wait for a shop with a million. */
import type { Sql } from "../db/client.ts";
import { nextShops } from "../db/stores/dispatch/due-store.ts";
import type { Room } from "../db/stores/dispatch/rate-store.ts";

export type Turns = {
  /** At most `limit` shops that have something due and are to be served next, of each the same number; null: the longest due first, whatever its shop. */
  dueShops(limit: number): Promise<readonly string[] | null>;
  /** The shop after which the queue of a channel goes on. */
  after(channel: string): string;
  /** Notes which shops a claim found in the queues, in order; more may follow if there is one for each place of the room. */
  served(
    rooms: readonly Room[],
    found: readonly { readonly waits_for: string | null; readonly shop_id: string }[],
  ): void;
};

/** Bounds the cost of a look, however many shops there are. */
const SHOPS_PER_LOOK = 64;
/** While only one shop has something due, the others are looked for this often. */
const LOOK_EVERY_MS = 100;

export function createTurns(sql: Sql): Turns {
  let after = "";
  let several = false;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let byAge = false;
  const cursors = new Map<string, string>();
  return {
    async dueShops(limit) {
      // Every second claim takes the longest due.
      byAge = several && !byAge;
      if (byAge || (!several && performance.now() - lookedAt < LOOK_EVERY_MS)) return null;
      lookedAt = performance.now();
      const looked = Math.max(2, Math.min(SHOPS_PER_LOOK, limit));
      const next = await nextShops(sql, after, looked);
      const rows = next.length === 0 && after !== "" ? await nextShops(sql, "", looked) : next;
      const more = rows.length === looked;
      after = more ? (rows.at(-1)?.shop ?? "") : "";
      const due = rows.filter((row) => row.due).map(({ shop }) => shop);
      several = more || due.length > 1;
      return several && due.length > 0 ? due : null;
    },
    after: (channel) => cursors.get(channel) ?? "",
    served(rooms, found) {
      for (const { channel, slots } of rooms) {
        const shops = found.flatMap(({ waits_for, shop_id }) => (waits_for === channel ? [shop_id] : []));
        const all = new Set(shops).size < slots;
        cursors.set(channel, all ? "" : (shops.at(-1) ?? ""));
      }
    },
  };
}
