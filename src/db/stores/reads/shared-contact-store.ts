/** Contacts that have no owner, because strangers share them. A partial index holds only these. */
import type { Sql } from "../../client.ts";

export type SharedContactRow = {
  readonly shop: string;
  readonly hash: Buffer;
  readonly kind: string;
  readonly cipher: Buffer;
  readonly reporters: string | null;
  readonly shared_at: number;
};

/** By shop and hash. `after`: the last of the page before. */
export function findSharedContacts(
  sql: Sql,
  shop: string | null,
  { after, limit }: { readonly after: Pick<SharedContactRow, "shop" | "hash"> | null; readonly limit: number },
) {
  return sql<SharedContactRow[]>`
    select shop_id as shop, hash, kind, cipher, reporters, shared_at from contacts
    where buyer_id is null and (${shop}::text is null or shop_id = ${shop})
      and (${after === null} or (shop_id, hash) > (${after?.shop ?? ""}, ${after?.hash ?? Buffer.alloc(0)}))
    order by shop_id, hash limit ${limit}`;
}

/** Counts up to `limit`. */
export async function countSharedContacts(sql: Sql, limit: number): Promise<number> {
  const [row] = await sql<{ found: number }[]>`
    select count(*)::int as found from (select from contacts where buyer_id is null limit ${limit}) as c`;
  return row?.found ?? 0;
}
