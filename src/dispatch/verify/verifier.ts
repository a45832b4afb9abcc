/**
 * Asks a shop's platform, right before a send, whether its orders are still unpaid. It runs after the claim was committed and before the
 * provider is called: outside of every transaction, and without a lock. Orders that are paid or closed are taken in as events, and the send
 * goes back to be judged again, under the lock of its buyer: it is skipped as `paid` or `closed`, or names the orders that are left.
 */
import { groupCommit } from "../../db/group-commit.ts";
import type { OrderNow, ShopClient } from "../../sources/client.ts";

export type VerifyTerms = {
  readonly client: Pick<ShopClient, "ordersNow">;
  readonly timeoutMs: number;
  /** Decides on a send when the platform gives no answer. */
  readonly onError: "send" | "skip";
};

/** `over`: some orders are not owed any more, and that is stored. `unverified`: no answer in time, and the shop wants no such send. */
export type Verification =
  | { readonly kind: "owed" }
  | { readonly kind: "over"; readonly reason: "paid" | "closed" }
  | { readonly kind: "unverified" };

export type Verifier = (shop: string, orders: readonly string[]) => Promise<Verification>;

export type VerifyDeps = {
  /** null: nothing is verified in this shop. */
  readonly termsOf: (shop: string) => VerifyTerms | null;
  /** Resolves when the events are durable. */
  readonly submit: (events: readonly unknown[]) => Promise<unknown>;
  /** The database's clock, epoch ms. */
  readonly now: () => number;
  readonly log: { warn(fields: object, message: string): void };
  /** Counts each send that was verified. Absent in tests that do not look. */
  readonly seen?: (result: "owed" | "over" | "sent_unverified" | "unverified") => void;
};

/** As many as the platforms take in one call. */
const MAX_ORDERS = 100;
/** Calls at a time for a shop. */
const LANES = 4;
/** Orders that wait, for a second call to begin beside another. */
const ENOUGH = 20;

export const OWED: Verification = { kind: "owed" };

export function createVerifier({ termsOf, submit, now, log, seen = () => {} }: VerifyDeps): Verifier {
  type Ask = (ids: readonly string[]) => Promise<readonly OrderNow[]>;
  const asks = new Map<string, Ask>();

  /** Sends that ask at the same time share a call. */
  const askerOf = (shop: string, { client, timeoutMs }: VerifyTerms): Ask => {
    const known = asks.get(shop);
    if (known !== undefined) return known;
    const group = groupCommit<readonly string[], readonly OrderNow[]>({
      max: MAX_ORDERS,
      lanes: LANES,
      enough: ENOUGH,
      sizeOf: (ids) => ids.length,
      run: async (lists) => {
        const asked = { shop, now: now(), signal: AbortSignal.timeout(timeoutMs) };
        const found = await client.ordersNow([...new Set(lists.flat())], asked);
        const byId = new Map(found.map((order) => [order.id, order]));
        // Stored before any of the sends goes on.
        const events = found.flatMap((order) => (order.state === "unpaid" ? [] : order.events));
        if (events.length > 0) await submit(events);
        return lists.map((ids) => ids.flatMap((id) => byId.get(id) ?? []));
      },
    });
    const ask: Ask = (ids) => group.submit(ids);
    asks.set(shop, ask);
    return ask;
  };

  return async (shop, orders) => {
    const terms = termsOf(shop);
    if (terms === null) return OWED;
    try {
      const found = await withinTime(terms.timeoutMs, askerOf(shop, terms)(orders));
      const over = found.find(({ state }) => state !== "unpaid");
      if (over !== undefined) {
        seen("over");
        return { kind: "over", reason: over.state === "paid" ? "paid" : "closed" };
      }
      if (found.length === orders.length) {
        seen("owed");
        return OWED;
      }
      log.warn(
        { shop, orders: orders.length - found.length },
        "the platform does not know orders that are to be verified",
      );
    } catch (error) {
      // A message of ours, without anything that the platform wrote.
      log.warn(
        { shop, reason: error instanceof Error ? error.message : String(error) },
        "orders could not be verified",
      );
    }
    seen(terms.onError === "send" ? "sent_unverified" : "unverified");
    return terms.onError === "send" ? OWED : { kind: "unverified" };
  };
}

/** The wait for other calls counts, too. A later answer still stores what it says. */
async function withinTime<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
