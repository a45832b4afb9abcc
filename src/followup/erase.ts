/**
 * Erases a buyer: contacts, names, notes, texts and what the events reported are deleted; counts and amounts stay. Only keyed hashes of its ids and
 * addresses are kept, so that later events of the buyer are stored without them and never chased.
 */
import { readId } from "../core/order/id.ts";
import { reporterOf } from "../core/order/sharing.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import { newId } from "../db/ids.ts";
import {
  type Erased,
  eraseBuyer,
  identitiesOfBuyer,
  isErased,
  lockBuyerByPlatformId,
} from "../db/stores/buyers/erase-store.ts";
import { type Actor, insertAudit } from "../db/stores/campaigns/audit-store.ts";
import { inTransaction } from "../db/transaction.ts";
import type { Vault } from "../db/vault.ts";

export type EraseDeps = {
  readonly sql: Sql;
  readonly vault: Vault;
  readonly shopOf: (shop: string) => ShopPolicy | null;
};

export type EraseResult =
  | ({ readonly kind: "erased" } & Erased)
  /** `before`: it was erased already. */
  | { readonly kind: "before" | "unknown_buyer" | "unknown_shop" };

/** `buyer`: the platform's id, also one of several that proved to be one buyer. */
export async function erase(
  { sql, vault, shopOf }: EraseDeps,
  actor: Actor,
  { shop, buyer }: { readonly shop: string; readonly buyer: string },
): Promise<EraseResult> {
  if (shopOf(shop) === null) return { kind: "unknown_shop" };
  const platformId = readId(buyer);
  const hashOfId = (id: string) => vault.hash("id", id);
  for (;;) {
    const result = await inTransaction(sql, async (tx): Promise<EraseResult | "merged"> => {
      const locked = await lockBuyerByPlatformId(tx, shop, platformId);
      if (locked === null)
        return { kind: (await isErased(tx, { shop, hash: hashOfId(platformId) })) ? "before" : "unknown_buyer" };
      if (locked.merged) return "merged";
      const key = { shop, id: locked.id };
      const { platformIds, hashes } = await identitiesOfBuyer(tx, key, reporterOf);
      const erased = await eraseBuyer(tx, key, [...platformIds.map(hashOfId), ...hashes], newId());
      await insertAudit(tx, actor, {
        ...{ action: "buyer.erase", subject: shop, from: null, to: null },
        note: `${erased.orders} orders, ${erased.reminders} open reminders`,
      });
      return { kind: "erased", ...erased };
    });
    if (result !== "merged") return result;
  }
}
