/** Stored contacts: whether they can be read with the present key, and the phone number behind an order. */
import type { Sql } from "../../client.ts";
import type { Vault } from "../../vault.ts";

export type SealedWith = {
  /** `none`: there are no contacts. `other`: there are some, but none was sealed with this key. */
  readonly kind: "none" | "this" | "other";
  readonly message: string;
};

/**
 * With another key no stored contact can be read, and no known buyer is recognised. One contact of this key is enough, since others may be
 * of an earlier key. Reads all contacts only when none is of this key.
 */
export async function contactsSealedWith(sql: Sql, { keyId }: Pick<Vault, "keyId">): Promise<SealedWith> {
  const [there] = await sql<{ some: boolean; ours: boolean }[]>`
    select exists (select from contacts) as some, exists (select from contacts where key_id = ${keyId}) as ours`;
  if (there?.some !== true) return { kind: "none", message: "none stored yet" };
  if (there.ours) return { kind: "this", message: "stored under this DUNLIN_SECRET_KEY" };
  const [newest] = await sql<{ key_id: string }[]>`select key_id from contacts order by told_at desc limit 1`;
  return {
    kind: "other",
    message: `DUNLIN_SECRET_KEY: no stored contact can be read with this key (its id is ${keyId}, the newest contact's ${newest?.key_id}): set the key with which they were stored`,
  };
}

/** The phone number that the buyer of the order reported last, encrypted. `cipher` null: none is stored. null: there is no such order. */
export async function phoneOfOrder(
  sql: Sql,
  shop: string,
  order: string,
): Promise<{ readonly cipher: Buffer | null } | null> {
  const [row] = await sql<{ cipher: Buffer | null }[]>`
    select (
      select k.cipher from contacts k where k.shop_id = o.shop_id and k.buyer_id = o.buyer_id and k.kind in ('phone', 'call')
      order by k.told_at desc, k.told_id desc limit 1) as cipher
    from orders o where o.shop_id = ${shop} and o.id = ${order}`;
  return row ?? null;
}
