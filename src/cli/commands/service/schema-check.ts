/** `dunlin migrate --check`: how the schema of the database is to this version. Changes nothing. */
import type { Sql } from "../../../db/client.ts";
import type { MigrationKind } from "../../../db/migrations/files.ts";
import { readSchema, type SchemaState, type UnknownMigration } from "../../../db/migrations/state.ts";
import { redactUrl } from "../../../db/url.ts";
import { CommandError } from "../../context.ts";

export type QueueSchema = "at" | "behind" | "ahead" | null;

/** `absent` and `behind`: `dunlin migrate` is to be run. `ahead`: a newer version migrated. `diverged`: another branch of the program did. */
export type SchemaCheck = {
  readonly state: "at" | "absent" | "behind" | "ahead" | "diverged";
  /** Whether processes of the version that the database has, and of this one, may run at the same time. */
  readonly sideBySide: boolean;
  readonly missing: readonly { readonly name: string; readonly kind: MigrationKind }[];
  readonly unknown: readonly { readonly name: string | null; readonly kind: MigrationKind }[];
  /** The schema of the queue; null on Redis, which has none. */
  readonly queue: QueueSchema;
  /** Why this user of the database cannot migrate. */
  readonly hindrance: string | null;
};

export const EXIT_PENDING = 3;
export const EXIT_AHEAD = 4;

export async function checkBoth(sql: Sql, url: string, readQueue: () => Promise<QueueSchema>): Promise<SchemaCheck> {
  const state = await readSchema(sql);
  if (state.kind === "broken") throw new CommandError(`${redactUrl(url)} ${state.fault}`);
  const queue = await readQueue();
  return { ...describe(state), queue, hindrance: await findHindrance(sql) };
}

function describe(state: Exclude<SchemaState, { kind: "broken" }>): Omit<SchemaCheck, "queue" | "hindrance"> {
  if (state.kind === "absent") return { state: "absent", sideBySide: false, missing: [], unknown: [] };
  const missing = state.missing.map(({ name, kind }) => ({ name, kind }));
  const unknown = state.unknown.map(({ name, kind }: UnknownMigration) => ({ name, kind }));
  const sideBySide = [...missing, ...unknown].every(({ kind }) => kind === "expands");
  if (missing.length > 0 && unknown.length > 0) return { state: "diverged", sideBySide: false, missing, unknown };
  return { state: missing.length > 0 ? "behind" : unknown.length > 0 ? "ahead" : "at", sideBySide, missing, unknown };
}

async function findHindrance(sql: Sql): Promise<string | null> {
  const [row] = await sql<{ user: string; owner: string | null; create: boolean }[]>`
    select current_user as user, has_database_privilege(current_database(), 'create') as create,
      (select r.rolname from pg_class c join pg_roles r on r.oid = c.relowner
        where c.oid = to_regclass('orders') and not pg_has_role(c.relowner, 'usage')) as owner`;
  if (row?.owner != null) return `the tables belong to ${row.owner}, not to ${row.user}: migrate as ${row.owner}`;
  if (row?.create === false) return `${row.user} may not create schemas in this database: grant it CREATE`;
  return null;
}

export function exitCodeOf({ state, queue }: SchemaCheck): number {
  if (state === "ahead" || state === "diverged" || queue === "ahead") return EXIT_AHEAD;
  return state === "at" && queue !== "behind" ? 0 : EXIT_PENDING;
}

const REMEDY: Record<MigrationKind, string> = {
  expands: "old processes may go on",
  contracts: "stop the processes of older versions first",
};

export function checkText({ state, sideBySide, missing, unknown, queue, hindrance }: SchemaCheck): string {
  const lines: string[] = [];
  const list = (all: SchemaCheck["unknown"], remedies: boolean) =>
    lines.push(
      ...all.map(
        ({ name, kind }) => `  ${kind.padEnd(9)}  ${name ?? "(no name)"}${remedies ? `: ${REMEDY[kind]}` : ""}`,
      ),
    );
  if (state === "at") lines.push("Dunlin's schema is that of this version.");
  if (state === "absent") lines.push("The database has no Dunlin schema yet: run `dunlin migrate`.");
  if (missing.length > 0) {
    lines.push(`Dunlin's schema lacks ${missing.length} migration(s) of this version:`);
    list(missing, true);
  }
  if (unknown.length > 0) {
    lines.push(`Dunlin's schema has ${unknown.length} migration(s) that this version does not know:`);
    list(unknown, false);
  }
  if (state === "ahead")
    lines.push(
      sideBySide
        ? "This version may run beside the newer one."
        : "This version must not run: start the version that migrated.",
    );
  if (state === "diverged") lines.push("Another branch of the program migrated it: start the version that did.");
  if (queue === "at") lines.push("The queue's schema is that of this version.");
  if (queue === "behind") lines.push("The queue's schema is behind this version: run `dunlin migrate`.");
  if (queue === "ahead")
    lines.push("The queue's schema is newer than this version: start the version that migrated it.");
  if (hindrance !== null && (state === "behind" || state === "absent")) lines.push(`warning: ${hindrance}`);
  return lines.join("\n");
}
