/** Addresses that must not be messaged. */
import type { Sql } from "../../client.ts";
import { bytea, type Columns, rowSet, text, uuid, word } from "../../rows.ts";

export type SuppressionReason = "opt_out" | "manual" | "bounce";

export type ContactKey = { readonly shop: string; readonly hash: Buffer };

export type SuppressionWrite = ContactKey & {
  readonly id: string;
  readonly kind: string;
  /** The masked address, sealed. */
  readonly masked: Buffer;
  readonly reason: SuppressionReason;
  /** The channel of a reply, the provider that refused the address, or the person. */
  readonly source: string;
};

const KEY: Columns<ContactKey> = { shop_id: text(({ shop }) => shop), hash: bytea(({ hash }) => hash) };
const contactKeys = rowSet<ContactKey>(KEY);
const suppressions = rowSet<SuppressionWrite>(KEY, {
  id: uuid(({ id }) => id),
  kind: text(({ kind }) => kind),
  masked: bytea(({ masked }) => masked),
  reason: word(({ reason }) => reason),
  source: text(({ source }) => source),
});

/** The e-mail addresses `k` with the hash of `n`. */
export const atAddress = (sql: Sql) => sql`k.shop_id = n.shop_id and k.address = n.hash and k.address is not null`;

export type SuppressionRow = {
  readonly id: string;
  readonly shop: string;
  readonly kind: string | null;
  readonly masked: Buffer | null;
  readonly reason: SuppressionReason;
  readonly source: string;
  readonly at: number;
};

const columns = (sql: Sql) => sql`
  s.id, s.shop_id as shop, coalesce(s.kind, k.kind) as kind, s.masked, s.reason, s.source, s.created_at as at`;
const withContacts = (sql: Sql) => sql`
  suppressions s left join contacts k on k.shop_id = s.shop_id and k.hash = s.hash`;

/**
 * Suppresses contacts, and has their buyers replanned: once this is committed, no claim sends to them. Returns those that were not suppressed
 * before. A suppression by a person stays when the buyer says START. The rows name each contact once.
 */
export async function suppressContacts(
  tx: Sql,
  rows: readonly SuppressionWrite[],
): Promise<readonly { readonly shop: string; readonly id: string }[]> {
  if (rows.length === 0) return [];
  await replanBuyersOf(tx, rows);
  return tx<{ shop: string; id: string }[]>`
    with written as (
      insert into suppressions as s (${suppressions.names(tx)}, created_at)
      select ${suppressions.values(tx)}, dunlin_now() from ${suppressions.rows(tx, rows)} order by n.shop_id, n.hash
      on conflict (shop_id, hash) do update set reason = excluded.reason, source = excluded.source
        where excluded.reason = 'manual' and s.reason <> 'manual'
      returning s.shop_id, s.id)
    select w.shop_id as shop, w.id from written w join ${suppressions.rows(tx, rows)} on n.id = w.id`;
}

/** Lifts suppressions with one of these reasons, and has the buyers replanned. */
export async function liftSuppressions(
  tx: Sql,
  keys: readonly ContactKey[],
  reasons: readonly SuppressionReason[],
): Promise<readonly { readonly shop: string; readonly id: string }[]> {
  if (keys.length === 0) return [];
  await replanBuyersOf(tx, keys);
  return tx<{ shop: string; id: string }[]>`
    delete from suppressions s using ${contactKeys.rows(tx, keys)}
    where s.shop_id = n.shop_id and s.hash = n.hash and s.reason = any(${[...reasons]}::text[])
    returning s.shop_id as shop, s.id`;
}

export async function findSuppression(sql: Sql, { shop, hash }: ContactKey): Promise<SuppressionRow | null> {
  const [row] = await sql<SuppressionRow[]>`
    select ${columns(sql)} from ${withContacts(sql)} where s.shop_id = ${shop} and s.hash = ${hash}`;
  return row ?? null;
}

/** The contact of a suppression, by the id that the list shows. */
export async function findSuppressed(sql: Sql, id: string): Promise<ContactKey | null> {
  const [row] = await sql<ContactKey[]>`select shop_id as shop, hash from suppressions where id = ${id}`;
  return row ?? null;
}

/** Newest first. `before`: the last id of the page before. */
export function listSuppressions(
  sql: Sql,
  shop: string | null,
  { before, limit }: { readonly before: string | null; readonly limit: number },
) {
  return sql<SuppressionRow[]>`
    select ${columns(sql)} from ${withContacts(sql)}
    where ${shop === null ? sql`true` : sql`s.shop_id = ${shop}`} and ${before === null ? sql`true` : sql`s.id < ${before}::uuid`}
    order by s.id desc limit ${limit}`;
}

/** Locks the buyers of these contacts, in the one order, and marks those with something planned. */
async function replanBuyersOf(tx: Sql, keys: readonly ContactKey[]): Promise<void> {
  await tx`
    with found as (
      select b.shop_id, b.id from buyers b join (
        select k.shop_id, k.buyer_id from ${contactKeys.rows(tx, keys)} join contacts k on ${atAddress(tx)}
        union
        select k.shop_id, k.buyer_id from ${contactKeys.rows(tx, keys)} join contacts k on k.shop_id = n.shop_id and k.hash = n.hash
      ) k on b.shop_id = k.shop_id and b.id = k.buyer_id order by b.shop_id, b.id for update of b)
    update buyers b set touched = true, wake_at = dunlin_now() from found f
    where b.shop_id = f.shop_id and b.id = f.id
      and exists (select from cases c where c.shop_id = b.shop_id and c.buyer_id = b.id and c.ended_at is null)`;
}
