/** Addresses that must not be messaged. */
import type { Sql } from "../../client.ts";
import { inTransaction } from "../../transaction.ts";

/** Suppresses a contact by its hash, and has its buyer replanned. false: it was suppressed already. */
export async function suppressContact(sql: Sql, shop: string, hash: Buffer, source: string): Promise<boolean> {
  return inTransaction(sql, async (tx) => {
    const added = await tx`
      insert into suppressions (shop_id, hash, source, created_at) values (${shop}, ${hash}, ${source}, dunlin_now())
      on conflict do nothing returning shop_id`;
    await replanBuyer(tx, shop, hash);
    return added.length > 0;
  });
}

/** Lifts the suppression of a contact, and has its buyer replanned. false: it was not suppressed. */
export async function liftSuppression(sql: Sql, shop: string, hash: Buffer): Promise<boolean> {
  return inTransaction(sql, async (tx) => {
    const lifted = await tx`delete from suppressions where shop_id = ${shop} and hash = ${hash} returning shop_id`;
    if (lifted.length > 0) await replanBuyer(tx, shop, hash);
    return lifted.length > 0;
  });
}

async function replanBuyer(tx: Sql, shop: string, hash: Buffer): Promise<void> {
  await tx`
    update buyers b set touched = true, wake_at = dunlin_now() from contacts k
    where k.shop_id = ${shop} and k.hash = ${hash} and b.shop_id = k.shop_id and b.id = k.buyer_id
      and exists (select from cases c where c.shop_id = b.shop_id and c.buyer_id = b.id and c.ended_at is null)`;
}
