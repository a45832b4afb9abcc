/** Events of erased buyers: they are stored without anything personal, belong to the erased buyer, and are never chased. */
import type { Sql } from "../db/client.ts";
import { shopKey } from "../db/keys.ts";
import { eraseEvents, findErased, findErasedOrders } from "../db/stores/buyers/erase-store.ts";
import { erasedPayload } from "../db/stores/buyers/erased-event.ts";
import type { Vault } from "../db/vault.ts";
import type { Prepared } from "./prepare.ts";

export type Stripped = {
  /** All events, those of erased buyers without their identities. */
  readonly events: readonly Prepared[];
  /** The buyer of each order of an erased one, by `shopKey`. */
  readonly owners: ReadonlyMap<string, string>;
};

/** `events` were stored as they came, in this transaction. null: none is of an erased buyer. */
export async function stripErased(tx: Sql, vault: Vault, events: readonly Prepared[]): Promise<Stripped | null> {
  const keyOf = (shop: string, hash: Buffer) => `${shop}\n${hash.toString("latin1")}`;
  const hashesOf = ({ platformId, contacts, emails, dummies }: Prepared) => [
    ...(platformId === null ? [] : [vault.hash("id", platformId)]),
    ...[...contacts, ...emails, ...dummies].map(({ hash }) => hash),
  ];
  const hashes = events.map(hashesOf);
  const asked = events.flatMap(({ shop }, index) => (hashes[index] ?? []).map((hash) => ({ shop, hash })));
  const [found, orders] = await Promise.all([
    asked.length === 0 ? [] : findErased(tx, asked),
    findErasedOrders(
      tx,
      events.map(({ shop, orderId: id }) => ({ shop, id })),
    ),
  ]);
  if (found.length === 0 && orders.length === 0) return null;
  const byHash = new Map(found.map(({ shop, hash, buyer }) => [keyOf(shop, hash), buyer]));
  const owners = new Map(orders.map(({ shop, id, buyer }) => [shopKey(shop, id), buyer]));
  for (const [index, { shop, orderId }] of events.entries())
    for (const hash of hashes[index] ?? []) {
      const buyer = byHash.get(keyOf(shop, hash));
      const key = shopKey(shop, orderId);
      if (buyer !== undefined && !owners.has(key)) owners.set(key, buyer);
    }
  const stripped = events.map((event) =>
    owners.has(shopKey(event.shop, event.orderId)) ? withoutBuyer(event) : event,
  );
  await eraseEvents(
    tx,
    events.filter((event, index) => stripped[index] !== event),
  );
  return { events: stripped, owners };
}

const withoutBuyer = (event: Prepared): Prepared => ({
  ...event,
  payload: erasedPayload(event.payload),
  buyer: null,
  platformId: null,
  contacts: [],
  emails: [],
  dummies: [],
  firstIdentity: null,
});
