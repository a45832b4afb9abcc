/** Looks for a person in everything that a database holds: as text, and in each encrypted value, decrypted. */
import type { Sql } from "../../src/db/client.ts";
import { createVault, type Vault } from "../../src/db/vault.ts";

/** The columns that hold one of the words, as `table.column`. */
export async function whereabouts(sql: Sql, words: readonly string[], vault: Vault = createVault(Buffer.alloc(32, 7))) {
  const columns = await sql<{ name: string; column: string }[]>`
    select table_name as name, column_name as column from information_schema.columns
    where table_schema not in ('pg_catalog', 'information_schema') and table_schema = 'public' order by 1, 2`;
  const found = new Set<string>();
  for (const { name, column } of columns) {
    const rows = await sql<{ value: unknown }[]>`
      select ${sql(column)}::text as value from ${sql(name)} where ${sql(column)} is not null`;
    for (const { value } of rows) {
      const texts = [String(value), ...decrypted(String(value), vault)];
      if (words.some((word) => texts.some((text) => text.includes(word)))) found.add(`${name}.${column}`);
    }
  }
  return [...found].sort();
}

/** Each long run of hex or base64 in a text may be a sealed value. */
function decrypted(text: string, vault: Vault): string[] {
  const runs = [
    ...[...text.matchAll(/\\x([0-9a-f]{58,})/g)].map(([, hex = ""]) => Buffer.from(hex, "hex")),
    ...[...text.matchAll(/[A-Za-z0-9+/]{38,}={0,2}/g)].map(([run]) => Buffer.from(run, "base64")),
  ];
  return runs.flatMap((sealed) => {
    try {
      return [vault.open(sealed)];
    } catch {
      return [];
    }
  });
}
