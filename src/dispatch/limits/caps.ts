/**
 * Caps per address, by the ledger: what an address got over a channel from all shops, and what this claim gives it. Two claims at the same moment,
 * for buyers of two shops with one address, may exceed a cap by one.
 */
import { type CappedChannel, cappedOf, reachedCaps } from "../../core/limits/caps.ts";
import type { Channel } from "../../core/seams/channel.ts";
import type { Sql } from "../../db/client.ts";
import { chosenContact } from "../../db/stores/buyers/chosen-contact.ts";
import type { BuyerRow, LoadedBuyer } from "../../db/stores/buyers/loaded-buyer.ts";
import { countSends } from "../../db/stores/dispatch/cap-store.ts";

export type Caps = {
  /** Gives the buyer the channels that its addresses may not take. */
  apply(buyer: LoadedBuyer): void;
  /** The buyer's address gets one more. */
  note(buyer: LoadedBuyer, channel: string | null): void;
};

const NO_CAPS: Caps = { apply() {}, note() {} };

/** Costs one statement, and none if no channel has a cap. */
export async function loadCaps(
  tx: Sql,
  channels: ReadonlyMap<string, Channel>,
  buyers: readonly BuyerRow[],
): Promise<Caps> {
  const capped = cappedOf(channels.values());
  if (capped.length === 0 || buyers.length === 0) return NO_CAPS;
  const counts = new Map<string, number>();
  const keyOf = (channel: string, hash: Buffer) => `${channel}\n${hash.toString("latin1")}`;
  const windows = capped.map(({ name: channel, caps: { per } }) => ({ channel, per }));
  for (const { channel, hash, sends } of await countSends(tx, windows, buyers)) counts.set(keyOf(channel, hash), sends);
  const keyFor = (buyer: LoadedBuyer, channel: CappedChannel): string | null => {
    const contact = chosenContact(buyer, channel);
    return contact === null ? null : keyOf(channel.name, contact.hash);
  };
  return {
    apply(buyer) {
      buyer.state.capped = reachedCaps(capped, (channel) => counts.get(keyFor(buyer, channel) ?? "") ?? 0);
    },
    note(buyer, name) {
      const channel = capped.find((each) => each.name === name);
      const key = channel === undefined ? null : keyFor(buyer, channel);
      if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
    },
  };
}
