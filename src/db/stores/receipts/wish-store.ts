/** Wishes of buyers about an address, and whose address it is. */
import type { Sql } from "../../client.ts";
import { uuidKeys } from "../../keys.ts";
import { bool, bytea, instant, rowSet, text } from "../../rows.ts";
import { atAddress, type ContactKey } from "../buyers/suppression-store.ts";

export type Wish = ContactKey & { readonly at: number; readonly optedOut: boolean };

const wishes = rowSet<Wish>(
  {
    shop_id: text(({ shop }) => shop),
    hash: bytea(({ hash }) => hash),
  },
  {
    at: instant(({ at }) => at),
    opted_out: bool(({ optedOut }) => optedOut),
  },
);
const contactKeys = rowSet<ContactKey>({
  shop_id: text(({ shop }) => shop),
  hash: bytea(({ hash }) => hash),
});

/** Returns the wishes that are the latest ones of their address. If two have the same moment, the opt-out holds. The rows name each address once. */
export function keepWishes(tx: Sql, rows: readonly Wish[]) {
  return tx<{ shop: string; hash: Buffer }[]>`
    insert into wishes as w (${wishes.names(tx)}) select ${wishes.values(tx)} from ${wishes.rows(tx, rows)}
    order by n.shop_id, n.hash
    on conflict (shop_id, hash) do update set at = excluded.at, opted_out = excluded.opted_out
      where (w.at, w.opted_out) < (excluded.at, excluded.opted_out)
    returning w.shop_id as shop, w.hash`;
}

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
