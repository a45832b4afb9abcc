/** Looks for a person in everything that a database or a Redis holds: as text, and in each encrypted value, decrypted. */
import { Redis } from "ioredis";
import type { Sql } from "../../src/db/client.ts";
import { createVault, type Vault } from "../../src/db/vault.ts";

/** The columns that hold one of the words, as `table.column`. Those of the queue, in another schema, are named with it. */
export async function whereabouts(sql: Sql, words: readonly string[], vault: Vault = createVault(Buffer.alloc(32, 7))) {
  const columns = await sql<{ schema: string; name: string; column: string }[]>`
    select table_schema as schema, table_name as name, column_name as column from information_schema.columns
    where table_schema not in ('pg_catalog', 'information_schema') order by 1, 2, 3`;
  const found = new Set<string>();
  for (const { schema, name, column } of columns) {
    const rows = await sql<{ value: unknown }[]>`
      select ${sql(column)}::text as value from ${sql(schema)}.${sql(name)} where ${sql(column)} is not null`;
    const place = `${schema === "public" ? "" : `${schema}.`}${name}.${column}`;
    if (rows.some(({ value }) => holds(String(value), words, vault))) found.add(place);
  }
  return [...found].sort();
}

/** The keys that hold one of the words in their name or value. Every kind of key is read. */
export async function whereaboutsInRedis(url: string, words: readonly string[]): Promise<string[]> {
  const redis = new Redis(url);
  const found: string[] = [];
  for await (const keys of redis.scanStream({ count: 1_000 }))
    for (const key of keys as string[])
      if (holds(`${key} ${JSON.stringify(await contentOf(redis, key))}`, words)) found.push(key);
  await redis.quit();
  return found.sort();
}

async function contentOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case "string":
      return redis.get(key);
    case "hash":
      return redis.hgetall(key);
    case "list":
      return redis.lrange(key, 0, -1);
    case "set":
      return redis.smembers(key);
    case "zset":
      return redis.zrange(key, "0", "-1");
    case "stream":
      return redis.xrange(key, "-", "+");
    case "none":
      return "";
    default:
      throw new Error(`${key} is of a kind that this does not read`);
  }
}

const holds = (text: string, words: readonly string[], vault: Vault = createVault(Buffer.alloc(32, 7))): boolean =>
  [text, ...decrypted(text, vault)].some((each) => words.some((word) => each.includes(word)));

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
