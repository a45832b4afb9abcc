/** Suppresses a contact by its hash, as a person does. */
import type { Sql } from "../../src/db/client.ts";
import { newId } from "../../src/db/ids.ts";
import { suppressContacts } from "../../src/db/stores/buyers/suppression-store.ts";
import { inTransaction } from "../../src/db/transaction.ts";

export async function suppressContact(sql: Sql, shop: string, hash: Buffer): Promise<boolean> {
  const row = {
    shop,
    hash,
    id: newId(),
    kind: "phone",
    masked: Buffer.alloc(0),
    reason: "manual",
    source: "test",
  } as const;
  return (await inTransaction(sql, (tx) => suppressContacts(tx, [row]))).length > 0;
}
