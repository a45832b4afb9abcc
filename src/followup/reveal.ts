/** Reveals the phone number of the buyer of an order to a person, and writes into the audit trail who saw it. */
import type { Sql } from "../db/client.ts";
import { phoneOfOrder } from "../db/stores/buyers/contact-store.ts";
import { type Actor, insertAudit } from "../db/stores/campaigns/audit-store.ts";
import { orderIdOf } from "../db/stores/reads/order-name-store.ts";
import { inTransaction } from "../db/transaction.ts";
import type { Vault } from "../db/vault.ts";

export type Revealed =
  | {
      readonly kind: "revealed";
      readonly answer: { readonly shop: string; readonly order: string; readonly phone: string };
    }
  | { readonly kind: "unknown_order" | "no_phone" };

/** `order`: its id, or its number. The entry is committed before the number is returned. Throws AmbiguousOrderError, and VaultError. */
export function revealPhone(
  { sql, vault }: { readonly sql: Sql; readonly vault: Pick<Vault, "open"> },
  actor: Actor,
  { shop, order }: { readonly shop: string; readonly order: string },
): Promise<Revealed> {
  return inTransaction(sql, async (tx) => {
    const id = await orderIdOf(tx, shop, order);
    const found = await phoneOfOrder(tx, shop, id);
    if (found === null) return { kind: "unknown_order" };
    if (found.cipher === null) return { kind: "no_phone" };
    const phone = vault.open(found.cipher);
    await insertAudit(tx, actor, {
      action: "contact.reveal",
      subject: shop,
      from: null,
      to: null,
      note: `order ${id}`,
    });
    return { kind: "revealed", answer: { shop, order: id, phone } };
  });
}
