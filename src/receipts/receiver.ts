/** Takes the receipts of all channels. Requests that come together are applied together. */
import type { Receipt, ReceiptCounts } from "../core/seams/receipt.ts";
import { groupCommit } from "../db/group-commit.ts";
import { dueReceipts } from "../db/stores/receipts/kept-store.ts";
import { type Arrived, applyKept, applyReceipts } from "./apply.ts";
import type { ReceiptDeps } from "./deps.ts";
import { applyWishes, wishOf } from "./wishes.ts";

export type Receiver = {
  /** Resolves when the receipts are stored. */
  submit(channel: string, receipts: readonly Receipt[]): Promise<ReceiptCounts>;
};

/** Receipts in one transaction. */
const MAX_BATCH = 500;
const SWEPT = 500;
/** In one run of a chore. */
const MAX_SWEEPS = 20;

export function createReceiver(deps: ReceiptDeps): Receiver {
  const group = groupCommit<readonly Arrived[], readonly boolean[]>({
    max: MAX_BATCH,
    lanes: 2,
    enough: 200,
    sizeOf: (arrived) => arrived.length,
    run: async (batches) => {
      const known = await applyReceipts(deps, batches.flat());
      let from = 0;
      return batches.map(({ length }) => {
        from += length;
        return known.slice(from - length, from);
      });
    },
  });
  const inPieces = async (arrived: readonly Arrived[]): Promise<boolean[]> => {
    const pieces: Promise<readonly boolean[]>[] = [];
    for (let at = 0; at < arrived.length; at += MAX_BATCH) pieces.push(group.submit(arrived.slice(at, at + MAX_BATCH)));
    return (await Promise.all(pieces)).flat();
  };
  return {
    async submit(channel, receipts) {
      const arrived = receipts.map((receipt) => ({ channel, receipt }));
      const wishing = arrived.filter(({ receipt }) => receipt.kind === "reply" || wishOf(receipt) !== null);
      const others = arrived.filter(({ receipt }) => receipt.kind !== "reply");
      // The wishes first: a failure that also names an opted-out address must not go out to it over the next channel.
      const heard = wishing.length === 0 ? [] : await applyWishes(deps, wishing);
      const replies = heard.filter((_, index) => wishing[index]?.receipt.kind === "reply");
      const known = [...replies, ...(await inPieces(others))];
      const matched = known.filter(Boolean).length;
      return { matched, unmatched: known.length - matched };
    },
  };
}

/** Applies receipts that were kept, as far as they are due. */
export async function sweepReceipts(deps: ReceiptDeps): Promise<number> {
  let total = 0;
  for (let sweeps = 0; sweeps < MAX_SWEEPS; sweeps++) {
    const count = await applyKept(deps, (tx) => dueReceipts(tx, SWEPT));
    total += count;
    if (count < SWEPT) break;
  }
  return total;
}
