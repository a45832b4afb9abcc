/** Addresses that must not be messaged. */
import type { Sql } from "../../client.ts";
import { inTransaction } from "../../transaction.ts";

/** Suppresses a contact by its hash, and has its buyer replanned. false: it was suppressed already. */
export async function suppressContact(sql: Sql, shop: string, hash: Buffer, source: string): Promise<boolean> {
  return inTransaction(sql, async (tx) => {
    const added = await tx`
      insert into suppressions (shop_id, hash, source, created_at) values (${shop}, ${hash}, ${source}, dunlin_now())
      on conflict do nothing returning shop_id`;
    await tx`
      update buyers b set touched = true, wake_at = dunlin_now() from contacts k
      where k.shop_id = ${shop} and k.hash = ${hash} and b.shop_id = k.shop_id and b.id = k.buyer_id
        and exists (select from cases c where c.shop_id = b.shop_id and c.buyer_id = b.id and c.ended_at is null)`;
    return added.length > 0;
  });
}
