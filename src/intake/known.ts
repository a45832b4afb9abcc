/** Identities and orders of some events, as the database knows them. Keys are `shopKey`s. */
import type { Sql } from "../db/client.ts";
import { type Key, shopKey } from "../db/keys.ts";
import { findContacts, findOrders, findPlatformIds } from "../db/stores/intake/intake-store.ts";
import type { KnownParties } from "./parties.ts";
import type { Prepared } from "./prepare.ts";

export type Known = KnownParties & {
  /** Contacts that must not be messaged, by `shop\nhash`. */
  readonly suppressed: ReadonlySet<string>;
  /** The reporters of stored contacts (core/order/sharing.ts). */
  readonly reporters: ReadonlyMap<string, string | null>;
  /** Stored contacts that strangers share. */
  readonly ownerless: ReadonlySet<string>;
  /** Stored orders. */
  readonly stored: ReadonlySet<string>;
};

/** `owners`: the erased buyers of orders that are stored with these events, or were before. */
export function withOwners(known: Known, owners: ReadonlyMap<string, string> | undefined): Known {
  return owners === undefined ? known : { ...known, orders: new Map([...owners, ...known.orders]) };
}

export async function findKnown(tx: Sql, events: readonly Prepared[]): Promise<Known> {
  const hashes = new Map<string, { shop: string; hash: Buffer }>();
  const ids = new Map<string, Key>();
  const orderKeys = new Map<string, Key>();
  for (const { shop, contacts, emails, dummies, platformId, orderId } of events) {
    for (const { key, hash } of contacts) hashes.set(key, { shop, hash });
    for (const { key, hash } of emails) hashes.set(key, { shop, hash });
    for (const { key, hash } of dummies) hashes.set(key, { shop, hash });
    if (platformId !== null) ids.set(shopKey(shop, platformId), { shop, id: platformId });
    orderKeys.set(shopKey(shop, orderId), { shop, id: orderId });
  }
  const [contactRows, idRows, orderRows] = await Promise.all([
    hashes.size === 0 ? [] : findContacts(tx, [...hashes.values()]),
    ids.size === 0 ? [] : findPlatformIds(tx, [...ids.values()]),
    findOrders(tx, [...orderKeys.values()]),
  ]);
  const contacts = new Map<string, string>();
  const suppressed = new Set<string>();
  const reporters = new Map<string, string | null>();
  const ownerless = new Set<string>();
  for (const row of contactRows) {
    const key = `${row.shop_id}\n${row.hash.toString("latin1")}`;
    if (row.buyer_id !== null) contacts.set(key, row.buyer_id);
    else if (row.stored) ownerless.add(key);
    if (row.stored) reporters.set(key, row.reporters);
    if (row.suppressed) suppressed.add(key);
  }
  const orders = new Map<string, string>();
  for (const row of orderRows) if (row.buyer_id !== null) orders.set(shopKey(row.shop_id, row.id), row.buyer_id);
  return {
    contacts,
    platformIds: new Map(idRows.map((row) => [shopKey(row.shop_id, row.platform_id), row.buyer_id])),
    orders,
    suppressed,
    reporters,
    ownerless,
    stored: new Set(orderRows.map((row) => shopKey(row.shop_id, row.id))),
  };
}
