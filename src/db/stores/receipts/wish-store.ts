/** Whose address it is that a buyer has a wish about. */
import type { Sql } from "../../client.ts";
import { uuidKeys } from "../../keys.ts";
import { bytea, rowSet, text } from "../../rows.ts";
import { atAddress, type ContactKey } from "../buyers/suppression-store.ts";

const contactKeys = rowSet<ContactKey>({
  shop_id: text(({ shop }) => shop),
  hash: bytea(({ hash }) => hash),
});

/** The contacts that are stored. */
export function storedContacts(tx: Sql, keys: readonly ContactKey[]) {
  return tx<{ shop: string; hash: Buffer }[]>`
    select k.shop_id as shop, k.hash from ${contactKeys.rows(tx, keys)}
    join contacts k on k.shop_id = n.shop_id and k.hash = n.hash
    union
    select k.shop_id, k.address from ${contactKeys.rows(tx, keys)} join contacts k on ${atAddress(tx)}`;
}

/** The contacts of the buyers of these reminders. */
export function contactsOfReminders(tx: Sql, reminders: readonly { readonly shop: string; readonly id: string }[]) {
  return tx<{ shop: string; reminder: string; kind: string; hash: Buffer; cipher: Buffer }[]>`
    select k.shop_id as shop, r.id as reminder, k.kind, coalesce(k.address, k.hash) as hash, k.cipher from ${uuidKeys.rows(tx, reminders)}
    join reminders r on r.shop_id = n.shop_id and r.id = n.id
    join contacts k on k.shop_id = r.shop_id and k.buyer_id = r.buyer_id`;
}

/** The kinds of chat that buyers have. Reads all contacts. */
export async function chatKinds(sql: Sql): Promise<string[]> {
  const rows = await sql<{ kind: string }[]>`select distinct kind from contacts where kind like 'chat.%' order by kind`;
  return rows.map(({ kind }) => kind);
}

/** Deletes ids of messages that are older than this. */
export async function dropOldMessageIds(sql: Sql, keepMs: number, limit: number): Promise<number> {
  const rows = await sql`
    delete from message_ids where ctid = any(array(
      select ctid from message_ids where at < dunlin_now() - ${keepMs}::float8 * interval '1 ms' limit ${limit}))`;
  return rows.count;
}
