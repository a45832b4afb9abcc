/** Contacts that strangers share: they have no owner, and their rows stay, so that they can be counted and listed. */
import type { Sql } from "../../client.ts";
import { type Key, uuidKeys } from "../../keys.ts";
import { bytea, type Columns, type Fragment, rowSet, text, word } from "../../rows.ts";

export type ReportersChange = {
  readonly shop: string;
  readonly hash: Buffer;
  /** core/order/sharing.ts. `was`: when the batch began. */
  readonly reporters: string | null;
  readonly was: string | null;
};

export type SharedContact = ReportersChange & {
  readonly kind: string;
  readonly value: string;
  readonly reportedAt: number;
  readonly reportedId: string;
  /** Its buyer when the batch began; null: it has none, or is not stored. */
  readonly owner: string | null;
  readonly stored: boolean;
};

const KEY: Columns<ReportersChange> = { shop_id: text(({ shop }) => shop), hash: bytea(({ hash }) => hash) };
const contacts = rowSet<ReportersChange>(KEY, {
  reporters: word(({ reporters }) => reporters),
  was: word(({ was }) => was),
});

/** Takes the contacts from their buyers. Returns those that nobody changed since the batch began. The caller holds the buyers' locks. */
export function disownContacts(sql: Sql, rows: readonly ReportersChange[]) {
  return sql`
    update contacts k set buyer_id = null, shared_at = dunlin_now(), reporters = n.reporters
    from ${contacts.rows(sql, rows)}
    where k.shop_id = n.shop_id and k.hash = n.hash and k.buyer_id is not null and k.reporters is not distinct from n.was
    returning k.hash`;
}

/**
 * The caller holds the lock of the buyer. A shared contact has none: of two transactions at a time the later one wins, and the one report
 * that is lost is one of many.
 */
export function updateReporters(sql: Sql, rows: readonly ReportersChange[]): Fragment | null {
  if (rows.length === 0) return null;
  return sql`
    update contacts k set reporters = n.reporters from ${contacts.rows(sql, rows)}
    where k.shop_id = n.shop_id and k.hash = n.hash`;
}

/** The contact is stored again with its buyer. */
export function dropOwnerless(sql: Sql, rows: readonly ReportersChange[]): Fragment {
  return sql`
    delete from contacts k using ${contacts.rows(sql, rows)}
    where k.shop_id = n.shop_id and k.hash = n.hash and k.buyer_id is null`;
}

/** Has the buyers replanned without the contact. */
export function touchOwners(sql: Sql, keys: readonly Key[]): Fragment {
  return sql`
    update buyers b set touched = true, wake_at = dunlin_now() from ${uuidKeys.rows(sql, keys)}
    where b.shop_id = n.shop_id and b.id = n.id
      and exists (select from cases c where c.shop_id = b.shop_id and c.buyer_id = b.id and c.ended_at is null)`;
}
