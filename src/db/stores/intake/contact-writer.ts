/** Writes `contacts`. */
import type { Sql } from "../../client.ts";
import { bytea, type Columns, type Fragment, instant, rowSet, text, uuid, word } from "../../rows.ts";

export type ContactReport = {
  readonly shop: string;
  readonly hash: Buffer;
  readonly reportedAt: number;
  readonly reportedId: string;
};

export type ContactWrite = ContactReport & {
  /** null: strangers share it. */
  readonly buyerId: string | null;
  readonly kind: string;
  /** The keyed hash of an e-mail address; of other contacts null. */
  readonly address: Buffer | null;
  readonly cipher: Buffer;
  /** core/order/sharing.ts */
  readonly reporters: string | null;
};

const KEY: Columns<ContactReport> = {
  shop_id: text(({ shop }) => shop),
  hash: bytea(({ hash }) => hash),
};
const REPORT: Columns<ContactReport> = {
  told_at: instant(({ reportedAt }) => reportedAt),
  told_id: text(({ reportedId }) => reportedId),
};

const created = rowSet<ContactWrite>(KEY, {
  buyer_id: uuid(({ buyerId }) => buyerId),
  kind: text(({ kind }) => kind),
  address: bytea(({ address }) => address),
  cipher: bytea(({ cipher }) => cipher),
  reporters: word(({ reporters }) => reporters),
  ...REPORT,
});
const reported = rowSet<ContactReport>(KEY, REPORT);

/** A unique violation means that another transaction inserted one of them first: run the whole transaction again. */
export function insertContacts(sql: Sql, rows: readonly ContactWrite[], keyId: string): Fragment | null {
  if (rows.length === 0) return null;
  return sql`
    insert into contacts (${created.names(sql)}, key_id, shared_at)
    select ${created.values(sql)}, ${keyId}, case when n.buyer_id is null then dunlin_now() end from ${created.rows(sql, rows)}
    order by n.shop_id, n.hash`;
}

/** Contacts that an event reported again. */
export function touchContacts(sql: Sql, rows: readonly ContactReport[]): Fragment | null {
  if (rows.length === 0) return null;
  return sql`
    update contacts k set ${reported.set(sql)}
    from ${reported.rows(sql, rows)}
    where k.shop_id = n.shop_id and k.hash = n.hash and (k.told_at, k.told_id) < (n.told_at, n.told_id)`;
}
