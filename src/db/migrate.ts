/** Brings the schema up to date, and checks whether a database fits this program. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PACKAGE_ROOT } from "../package-root.ts";
import type { ServerFacts } from "../postgres/server.ts";
import { connect, type Sql } from "./client.ts";
import { redactUrl } from "./url.ts";

const FOLDER = fileURLToPath(new URL("drizzle", PACKAGE_ROOT));
/** An arbitrary number: one migration at a time in each database. */
const LOCK = 5_873_011_402;

/** `fits`, or the reason why this process must not start on that database. */
export type SchemaVerdict =
  | { readonly kind: "fits" }
  | { readonly kind: "older" | "newer" | "absent"; readonly message: string };

/** Applies the missing migrations. Many processes may call it at once: they take turns. A newer schema is left as it is, and the verdict says so. */
export async function migrate(url: string, server?: ServerFacts): Promise<SchemaVerdict> {
  // Loaded only here: most processes and commands migrate nothing.
  const [{ drizzle }, { migrate: runDrizzle }] = await Promise.all([
    import("drizzle-orm/postgres-js"),
    import("drizzle-orm/postgres-js/migrator"),
  ]);
  // A pool of its own: drizzle replaces the parsers of its pool.
  const { sql, close } = connect(url, { max: 1, applicationName: "dunlin migrate", server });
  try {
    await sql`select pg_advisory_lock(${LOCK})`;
    const verdict = await checkSchema(sql, url);
    if (verdict.kind === "newer") return verdict;
    await runDrizzle(drizzle(sql), { migrationsFolder: FOLDER });
    return { kind: "fits" };
  } finally {
    await close();
  }
}

/** Compares the migrations that a database has with those that this program brings. */
export async function checkSchema(sql: Sql, url: string): Promise<SchemaVerdict> {
  const known = migrationTimes();
  const newest = known.at(-1) ?? 0;
  const [table] = await sql<{ there: boolean }[]>`
    select to_regclass('drizzle.__drizzle_migrations') is not null as there`;
  if (table?.there !== true)
    return { kind: "absent", message: `${redactUrl(url)} has no Dunlin schema yet: run \`dunlin migrate\`` };
  const [row] = await sql<{ applied: string | null }[]>`
    select max(created_at)::text as applied from drizzle.__drizzle_migrations`;
  const applied = Number(row?.applied ?? 0);
  if (applied === newest) return { kind: "fits" };
  const behind = known.filter((when) => when > applied).length;
  if (applied < newest)
    return {
      kind: "older",
      message: `the schema of ${redactUrl(url)} is ${behind} migration(s) behind this program: run \`dunlin migrate\``,
    };
  return {
    kind: "newer",
    message: `the schema of ${redactUrl(url)} is newer than this program: start the version that migrated it`,
  };
}

function migrationTimes(): number[] {
  const journal: unknown = JSON.parse(readFileSync(`${FOLDER}/meta/_journal.json`, "utf8"));
  const entries: unknown = typeof journal === "object" && journal !== null ? Reflect.get(journal, "entries") : [];
  if (!Array.isArray(entries)) return [];
  return entries.map((entry: { when?: unknown }) => Number(entry.when)).sort((a, b) => a - b);
}
