import { readdirSync, readFileSync } from "node:fs";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { expect, it } from "vitest";
import { parseMigration } from "../../src/db/migrations/files.ts";
import * as access from "../../src/db/schema/access.ts";
import * as buyers from "../../src/db/schema/buyers.ts";
import * as campaigns from "../../src/db/schema/campaigns.ts";
import * as desk from "../../src/db/schema/desk.ts";
import * as exposures from "../../src/db/schema/exposures.ts";
import * as notices from "../../src/db/schema/notices.ts";
import * as orders from "../../src/db/schema/orders.ts";
import * as polls from "../../src/db/schema/polls.ts";
import * as promises from "../../src/db/schema/promises.ts";
import * as receipts from "../../src/db/schema/receipts.ts";
import * as reminders from "../../src/db/schema/reminders.ts";
import * as reports from "../../src/db/schema/reports.ts";

it("has a migration for every change of the schema (npm run migrations)", async () => {
  const journal = JSON.parse(readFileSync("drizzle/meta/_journal.json", "utf8")) as { entries: { idx: number }[] };
  const last = journal.entries.at(-1)?.idx ?? 0;
  const stored = JSON.parse(readFileSync(`drizzle/meta/${String(last).padStart(4, "0")}_snapshot.json`, "utf8"));
  const now = generateDrizzleJson(
    {
      ...access,
      ...buyers,
      ...campaigns,
      ...desk,
      ...exposures,
      ...notices,
      ...polls,
      ...promises,
      ...orders,
      ...receipts,
      ...reminders,
      ...reports,
    },
    stored.id,
  );
  expect(await generateMigration(stored, now)).toEqual([]);
});

it("lists each migration once, and each has its file", () => {
  const journal = JSON.parse(readFileSync("drizzle/meta/_journal.json", "utf8")) as {
    entries: { idx: number; tag: string }[];
  };
  const files = readdirSync("drizzle").filter((name) => name.endsWith(".sql"));
  expect(journal.entries.map(({ tag }) => `${tag}.sql`)).toEqual(files.toSorted());
  expect(journal.entries.map(({ idx, tag }) => Number(tag.slice(0, 4)) - idx)).toEqual(journal.entries.map(() => 0));
});

/** Migrations after this one say on their first line whether they expand or contract. */
const BASELINE = "0047";
/** Its index was built before the rule was there. */
const BLOCKING = new Set(["0049_desk_arms"]);
const FIRST_LINE = /^-- (expands|expands, outside a transaction|contracts: \S.{20,})$/;

/** Processes of the version before fail, or decide by other facts. Matched in the text without its functions, comments and quotes. */
const CONTRACTS: readonly [RegExp, string][] = [
  [/\bDROP (?!INDEX CONCURRENTLY IF EXISTS\b)/i, "drops something"],
  [/\bRENAME\b/i, "renames something"],
  [/\bSET NOT NULL\b/i, "forbids nulls that older versions may write"],
  [/\bALTER COLUMN \S+ (SET DATA )?TYPE\b/i, "changes the type of a column"],
  [/\bALTER TYPE\b/i, "changes a type"],
  [
    /\bADD COLUMN [^;]*\bNOT NULL\b(?![^;]*\bDEFAULT\b)(?<!\bDEFAULT\b[^;]*)/i,
    "adds a column that older versions do not write",
  ],
  [/\bADD (CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN)\b/i, "adds a rule that rows of older versions may break"],
  [
    /(^|;|>)\s*(UPDATE|DELETE|TRUNCATE|REVOKE)\b/i,
    "changes stored rows or rights: let the program do it in small steps",
  ],
];

/** Why a migration that says that it expands does not. */
function faultsOf(text: string): string[] {
  const plain = text
    .replaceAll(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .replaceAll(/--> statement-breakpoint/g, ";")
    .replaceAll(/--.*/g, "")
    .replaceAll('"', "");
  const made = new Set([...plain.matchAll(/\bCREATE TABLE (\w+)/gi)].map(([, table]) => table));
  const indexes = [...plain.matchAll(/\bCREATE (UNIQUE )?INDEX (CONCURRENTLY )?(\w+) ON (\w+)/gi)];
  const { outside } = parseMigration(text);
  return [
    ...CONTRACTS.filter(([pattern]) => pattern.test(plain)).map(([, why]) => why),
    ...indexes
      .filter(([, , , , table]) => !made.has(table))
      .flatMap(([, unique, concurrently, name]) => [
        ...(unique === undefined ? [] : [`${name}: rows of older versions may break a unique index`]),
        ...(concurrently === undefined || !outside ? [`${name}: locks its table: build it concurrently`] : []),
        ...(outside && !plain.includes(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`)
          ? [`${name}: a build that was interrupted leaves it invalid: drop it before`]
          : []),
      ]),
  ];
}

it("each new migration says whether it expands or contracts, and those that expand keep the version before working", () => {
  const names = readdirSync("drizzle").filter((name) => name.endsWith(".sql") && name.slice(0, 4) > BASELINE);
  const found = names.map((name) => {
    const text = readFileSync(`drizzle/${name}`, "utf8");
    const [first = ""] = text.split("\n", 1);
    const said = FIRST_LINE.test(first) ? [] : [`its first line is not \`-- expands\` or \`-- contracts: why\``];
    const broken = parseMigration(text).kind === "expands" && !BLOCKING.has(name.slice(0, -4)) ? faultsOf(text) : [];
    return [name, [...said, ...broken]];
  });
  expect(found).toEqual(names.map((name) => [name, []]));
  expect(names.length).toBeGreaterThan(2);
});

it.each<[string, RegExp | null]>([
  ['ALTER TABLE "cases" ADD COLUMN "why" text;', null],
  ['ALTER TABLE "cases" ADD COLUMN "n" integer DEFAULT 0 NOT NULL;', null],
  ['ALTER TABLE "cases" ADD COLUMN "n" integer NOT NULL;', /do not write/],
  [
    'CREATE TABLE "more" ("id" uuid NOT NULL);--> statement-breakpoint\nCREATE UNIQUE INDEX "more_id" ON "more" ("id");',
    null,
  ],
  ['CREATE UNIQUE INDEX "cases_id" ON "cases" ("id");', /unique/],
  ['CREATE INDEX "cases_id" ON "cases" ("id");', /concurrently/],
  ['ALTER TABLE "cases" DROP COLUMN "why";', /drops/],
  ["DROP TRIGGER a ON cases;", /drops/],
  ['ALTER TABLE "cases" RENAME TO "files";', /renames/],
  ['ALTER TABLE "cases" ALTER COLUMN "why" SET NOT NULL;', /nulls/],
  ['ALTER TABLE "cases" ALTER COLUMN "why" SET DATA TYPE jsonb;', /type of a column/],
  ['ALTER TABLE "cases" ADD CONSTRAINT "c" CHECK (true);', /rule/],
  ["UPDATE cases SET why = 'x';", /stored rows/],
  [
    "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM tasks; DROP TABLE x; END $$;",
    null,
  ],
])("%s", (text, why) => {
  const faults = faultsOf(`-- expands\n${text}`);
  if (why === null) expect(faults).toEqual([]);
  else expect(faults).toEqual([expect.stringMatching(why), ...faults.slice(1)]);
});

it("an index on a table that is there is built outside a transaction, and dropped before", () => {
  const outside = "-- expands, outside a transaction\n";
  const build = 'CREATE INDEX CONCURRENTLY "cases_id" ON "cases" ("id");';
  expect(faultsOf(`${outside}DROP INDEX CONCURRENTLY IF EXISTS "cases_id";--> statement-breakpoint\n${build}`)).toEqual(
    [],
  );
  expect(faultsOf(`${outside}${build}`)).toEqual([expect.stringMatching(/drop it before/)]);
  expect(faultsOf(`-- expands\n${build}`)).toEqual([expect.stringMatching(/concurrently/)]);
});
