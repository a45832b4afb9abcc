/**
 * The migrations that this program brings: `drizzle/*.sql`, in the order of drizzle's journal. The first line of each says whether processes of
 * the version before may go on beside it; docs/operations.md ("Upgrades") has the rule.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PACKAGE_ROOT } from "../../package-root.ts";

const FOLDER = fileURLToPath(new URL("drizzle", PACKAGE_ROOT));

/** `expands`: the version before works with it. `contracts`: its processes must have stopped; so do migrations that do not say. */
export type MigrationKind = "expands" | "contracts";

export type Migration = {
  readonly name: string;
  /** Its time in the journal, ms: names it in the database, too. */
  readonly at: number;
  readonly path: string;
};

export type MigrationText = {
  readonly kind: MigrationKind;
  /** Its statements run one by one: an index that is built concurrently cannot be in a transaction. */
  readonly outside: boolean;
  readonly text: string;
};

export function knownMigrations(): readonly Migration[] {
  const journal: unknown = JSON.parse(readFileSync(`${FOLDER}/meta/_journal.json`, "utf8"));
  const entries: unknown = typeof journal === "object" && journal !== null ? Reflect.get(journal, "entries") : [];
  if (!Array.isArray(entries)) return [];
  return entries
    .map(({ when, tag }: { when?: unknown; tag?: unknown }) => ({
      name: String(tag),
      at: Number(when),
      path: `${FOLDER}/${tag}.sql`,
    }))
    .sort((a, b) => a.at - b.at);
}

export const readMigration = ({ path }: Migration): MigrationText => parseMigration(readFileSync(path, "utf8"));

export function parseMigration(text: string): MigrationText {
  const [first = ""] = text.split("\n", 1);
  return {
    kind: /^-- expands\b/.test(first) ? "expands" : "contracts",
    outside: /^-- \w+, outside a transaction\b/.test(first),
    text,
  };
}
