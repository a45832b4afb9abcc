/**
 * Features of people's work on a case or buyer: each verb loads, decides and writes in one transaction. A verb marks the buyer as touched;
 * dispatch then replans the case.
 */
import type { Sql } from "../db/client.ts";
import { isKnownOrder, keepPromise, lockBuyerOfOrder } from "../db/stores/buyers/promise-store.ts";
import { inTransaction } from "../db/transaction.ts";

export type PromiseRecord = {
  readonly shop: string;
  readonly order: string;
  /** Epoch ms. */
  readonly at: number;
  readonly reason: string | null;
  readonly by: string | null;
};

export type Recorded =
  | { readonly kind: "recorded"; readonly caseId: string; readonly orders: readonly string[] }
  | { readonly kind: "unknown_order" | "no_open_case" }
  | { readonly kind: "past"; readonly now: number };

/** The promise holds for the whole case of the order. A later promise replaces it. `at` must be in the future by the database's clock. */
export async function recordPromise(sql: Sql, record: PromiseRecord): Promise<Recorded> {
  for (;;) {
    const result = await inTransaction(sql, (tx) => attempt(tx, record));
    if (result !== "merged") return result;
  }
}

async function attempt(tx: Sql, { shop, order, at, reason, by }: PromiseRecord): Promise<Recorded | "merged"> {
  const buyer = await lockBuyerOfOrder(tx, shop, order);
  // An order may be known before its buyer is.
  if (buyer === null) return { kind: (await isKnownOrder(tx, shop, order)) ? "no_open_case" : "unknown_order" };
  // Merged while this waited for the lock: the order now belongs to another buyer.
  if (buyer.merged) return "merged";
  if (at <= buyer.now) return { kind: "past", now: buyer.now };
  const promise = { at, recordedAt: Math.floor(buyer.now), reason, by };
  const kept = await keepPromise(tx, { shop, order, buyer: buyer.id }, promise);
  return kept === null ? { kind: "no_open_case" } : { kind: "recorded", caseId: kept.id, orders: kept.orders };
}
