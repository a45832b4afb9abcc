/**
 * Writes the stored orders of a period as a file of events for the rehearsal: those that were created in it, with all their events, later
 * ones too. It reads one snapshot, page by page, and writes nothing to the database.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import type { ShopPolicy } from "../../core/values/policy.ts";
import { formatPeriod, instantOf, type Period } from "../../core/values/when.ts";
import type { Sql } from "../../db/client.ts";
import { type StoredPage, shopsWithOrders, storedOrders } from "../../db/stores/reads/stored-order-store.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Vault } from "../../db/vault.ts";
import { buyerFacts, linesOf, type Needs } from "./line.ts";

const PAGE = 1_000;

export type StoredAsked = {
  /** Days are those of each shop. */
  readonly period: Period;
  /** null: every shop. */
  readonly shop: string | null;
};

export type WriteStoredDeps = {
  readonly sql: Sql;
  readonly vault: Vault;
  readonly shopOf: (shop: string) => ShopPolicy | null;
  /** Epoch ms, by which `today` is known. */
  readonly now: number;
};

/** There are no such orders. The message says why, in the words of the request. */
export class NoStoredOrdersError extends Error {
  override readonly name = "NoStoredOrdersError";
}

/** Throws NoStoredOrdersError. */
export async function writeStored(
  deps: WriteStoredDeps,
  asked: StoredAsked,
  needs: Needs,
  file: string,
): Promise<void> {
  const { sql, shopOf, now } = deps;
  const { shop, period } = asked;
  if (shop !== null && shopOf(shop) === null)
    throw new NoStoredOrdersError(
      `shop ${JSON.stringify(shop)} is not configured: list it under shops in dunlin.yaml, or add "*"`,
    );
  const out = openSync(file, "w", 0o600);
  let orders = 0;
  try {
    await inTransaction(
      sql,
      async (tx) => {
        for (const id of shop === null ? await shopsWithOrders(tx) : [shop]) {
          const policy = shopOf(id);
          if (policy === null) continue;
          const at = (edge: "start" | "end") =>
            instantOf(edge === "start" ? period.from : period.to, { zone: policy.timeZone, now, edge });
          for await (const page of storedOrders(tx, { shop: id, from: at("start"), to: at("end"), size: PAGE })) {
            orders += page.orders.length;
            writeAll(out, Buffer.from(pageLines(id, page, needs, deps.vault)));
          }
        }
      },
      "isolation level repeatable read read only",
    );
  } finally {
    closeSync(out);
  }
  if (orders === 0)
    throw new NoStoredOrdersError(
      `no order ${shop === null ? "" : `of shop ${shop} `}in the database was created in the period ${formatPeriod(period)}`,
    );
}

function pageLines(shop: string, page: StoredPage, needs: Needs, vault: Vault): string {
  const contacts = grouped(page.contacts, ({ buyer_id }) => buyer_id);
  const events = grouped(page.events, ({ order_id }) => order_id);
  const buyers = new Map(
    page.buyers.map((buyer) => [buyer.id, buyerFacts(buyer, contacts.get(buyer.id) ?? [], needs, vault)]),
  );
  return page.orders
    .map(({ id, buyer_id }) => linesOf(shop, events.get(id) ?? [], buyers.get(buyer_id ?? "") ?? null))
    .join("");
}

function grouped<T>(list: readonly T[], keyOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of list) {
    const group = groups.get(keyOf(each));
    if (group === undefined) groups.set(keyOf(each), [each]);
    else group.push(each);
  }
  return groups;
}

function writeAll(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
