/** Compares the schema of a database with this program. It only reads. */
import type { Sql } from "../client.ts";
import { redactUrl } from "../url.ts";
import { knownMigrations, type Migration, type MigrationKind, readMigration } from "./files.ts";

/** A migration that the database lists, and this program does not bring. */
export type UnknownMigration = {
  /** null: it was applied before names were kept. */
  readonly name: string | null;
  readonly at: number;
  readonly kind: MigrationKind;
};

export type SchemaState =
  /** `missing`: to be applied. `unknown`: of a newer version. Both: of another branch of the program. */
  | {
      readonly kind: "known";
      readonly missing: readonly (Migration & { readonly kind: MigrationKind })[];
      readonly unknown: readonly UnknownMigration[];
    }
  | { readonly kind: "absent" }
  /** `fault`: what is wrong and what to do; no migration mends it. */
  | { readonly kind: "broken"; readonly fault: string };

/** `fits`, or the reason why this process must not start on that database. */
export type SchemaVerdict =
  /** `ahead`: how many migrations of newer versions there are. All of them expand. */
  | { readonly kind: "fits"; readonly ahead: number }
  | { readonly kind: "older" | "newer" | "absent" | "broken"; readonly message: string };

type Listed = { readonly at: string; readonly name: string | null; readonly kind: string | null };

export async function readSchema(sql: Sql, known = knownMigrations()): Promise<SchemaState> {
  const [there] = await sql<{ list: boolean; tables: boolean }[]>`
    select to_regclass('drizzle.__drizzle_migrations') is not null as list, to_regclass('orders') is not null as tables`;
  // Read by name from the whole row: a database that an older version migrated has no columns `name` and `kind`.
  const listed =
    there?.list === true
      ? await sql<Listed[]>`
          select created_at::text as at, to_jsonb(m) ->> 'name' as name, to_jsonb(m) ->> 'kind' as kind
          from drizzle.__drizzle_migrations m order by created_at`
      : [];
  if (listed.length === 0) {
    if (there?.tables !== true) return { kind: "absent" };
    return {
      kind: "broken",
      fault: "has tables of Dunlin, but no list of its migrations: restore the schema drizzle of the same dump, too",
    };
  }
  if (there?.tables !== true)
    return {
      kind: "broken",
      fault: "lists migrations, but its tables are missing: restore the whole dump, or use an empty database",
    };
  const applied = new Set(listed.map(({ at }) => Number(at)));
  const missing = known.filter(({ at }) => !applied.has(at));
  const newest = Math.max(...known.filter(({ at }) => applied.has(at)).map(({ at }) => at));
  const hole = missing.find(({ at }) => at < newest);
  if (hole !== undefined)
    return {
      kind: "broken",
      fault: `lacks migration ${hole.name}, but has later ones: it is half-applied, so restore a backup`,
    };
  const ours = new Set(known.map(({ at }) => at));
  return {
    kind: "known",
    missing: missing.map((each) => ({ ...each, kind: readMigration(each).kind })),
    unknown: listed
      .filter(({ at }) => !ours.has(Number(at)))
      .map(({ at, name, kind }) => ({ at: Number(at), name, kind: kind === "expands" ? "expands" : "contracts" })),
  };
}

export const checkSchema = async (sql: Sql, url: string): Promise<SchemaVerdict> =>
  judgeSchema(await readSchema(sql), url);

export function judgeSchema(state: SchemaState, url: string): SchemaVerdict {
  const where = redactUrl(url);
  if (state.kind === "absent")
    return { kind: "absent", message: `${where} has no Dunlin schema yet: run \`dunlin migrate\`` };
  if (state.kind === "broken") return { kind: "broken", message: `${where} ${state.fault}` };
  const { missing, unknown } = state;
  if (missing.length > 0 && unknown.length > 0)
    return {
      kind: "newer",
      message: `the schema of ${where} has migrations that this program does not know, and lacks some of its own: start the version that migrated it`,
    };
  if (missing.length > 0)
    return {
      kind: "older",
      message: `the schema of ${where} is ${missing.length} migration(s) behind this program: run \`dunlin migrate\``,
    };
  if (unknown.every(({ kind }) => kind === "expands")) return { kind: "fits", ahead: unknown.length };
  return {
    kind: "newer",
    message: `the schema of ${where} is newer than this program: start the version that migrated it`,
  };
}
