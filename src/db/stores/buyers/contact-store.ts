/** Whether the contacts that are stored can be read with the key at hand. */
import type { Sql } from "../../client.ts";
import type { Vault } from "../../vault.ts";

export type SealedWith = {
  /** `none`: there are no contacts. `other`: there are, and none was sealed with this key. */
  readonly kind: "none" | "this" | "other";
  readonly message: string;
};

/**
 * With another key nothing that is stored can be read, and nobody who is told of again is recognised. One contact of this key is enough:
 * beside it there may be those of an earlier one. Reads all contacts only when none is of this key.
 */
export async function contactsSealedWith(sql: Sql, { keyId }: Pick<Vault, "keyId">): Promise<SealedWith> {
  const [there] = await sql<{ some: boolean; ours: boolean }[]>`
    select exists (select from contacts) as some, exists (select from contacts where key_id = ${keyId}) as ours`;
  if (there?.some !== true) return { kind: "none", message: "none stored yet" };
  if (there.ours) return { kind: "this", message: "stored under this DUNLIN_SECRET_KEY" };
  const [newest] = await sql<{ key_id: string }[]>`select key_id from contacts order by told_at desc limit 1`;
  return {
    kind: "other",
    message: `DUNLIN_SECRET_KEY: no stored contact can be read with this key (its id is ${keyId}, the newest contact's ${newest?.key_id}): set the key that they were stored with`,
  };
}
