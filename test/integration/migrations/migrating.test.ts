/** Migrations are applied while other sessions work on the tables. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { connect } from "../../../src/db/client.ts";
import { knownMigrations, type Migration } from "../../../src/db/migrations/files.ts";
import { migrate } from "../../../src/db/migrations/migrate.ts";
import { checkSchema } from "../../../src/db/migrations/state.ts";
import { testDatabase } from "../../support/database.ts";
import { eventually } from "../../support/eventually.ts";

/** The migrations of this version, and one of the next. */
async function withNext(text: string): Promise<readonly Migration[]> {
  const dir = await mkdtemp(join(tmpdir(), "dunlin-migration-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  const path = join(dir, "9001_next.sql");
  await writeFile(path, text);
  return [...knownMigrations(), { name: "9001_next", at: (knownMigrations().at(-1)?.at ?? 0) + 1, path }];
}

it("lets no other session wait for long while it waits for a table, and tries again", async () => {
  const { sql, url } = await testDatabase();
  const next = await withNext(
    "-- expands\nalter table audit add column extra text;--> statement-breakpoint\nalter table cases add column extra text",
  );
  const reader = connect(url, { max: 1, idleTimeoutMs: 0, applicationName: "dunlin test" });
  onTestFinished(() => reader.close(0));
  await reader.sql`begin`;
  await reader.sql`select from cases`;
  const migrating = migrate(url, undefined, next);
  const waiting = () =>
    sql`select from pg_stat_activity where datname = current_database() and application_name = 'dunlin migrate' and wait_event_type = 'Lock'`;
  for (let turn = 0; turn < 2; turn++) {
    await eventually("waits for the table", waiting, (found) => found.length === 1);
    // Intake waits for 500 ms at most.
    await sql.begin(async (tx) => {
      await tx`set local lock_timeout = '500ms'`;
      await tx`update cases set held_at = now() where false`;
      await tx`select from audit limit 1`;
    });
  }
  expect(await checkSchema(sql, url)).toEqual({ kind: "fits", ahead: 0 });
  await reader.sql`commit`;
  expect(await migrating).toEqual({ kind: "fits", ahead: 0 });
  expect(
    await sql`select from information_schema.columns where column_name = 'extra' and table_name in ('audit', 'cases')`,
  ).toHaveLength(2);
  // For a process of this version the schema is now ahead.
  expect(await checkSchema(sql, url)).toEqual({ kind: "fits", ahead: 1 });
  expect(await migrate(url)).toEqual({ kind: "fits", ahead: 1 });
});

it("leaves nothing of a migration that fails, and says nothing else of the database", async () => {
  const { sql, url } = await testDatabase();
  const next = await withNext(
    "alter table cases add column extra text;--> statement-breakpoint\nalter table nowhere add column extra text",
  );
  await expect(migrate(url, undefined, next)).rejects.toThrow('relation "nowhere" does not exist');
  expect(
    await sql`select from information_schema.columns where column_name = 'extra' and table_name = 'cases'`,
  ).toHaveLength(0);
  expect(await checkSchema(sql, url)).toEqual({ kind: "fits", ahead: 0 });
});

it("builds an index concurrently, while several migrate at once", async () => {
  const { sql, url } = await testDatabase();
  const next = await withNext(
    "-- expands, outside a transaction\ndrop index concurrently if exists orders_next;--> statement-breakpoint\ncreate index concurrently orders_next on orders (currency)",
  );
  // An index of a run that was killed.
  await sql`create index orders_next on orders (amount)`;
  expect(await Promise.all([1, 2, 3].map(() => migrate(url, undefined, next)))).toEqual(
    [1, 2, 3].map(() => ({ kind: "fits", ahead: 0 })),
  );
  const [index] =
    await sql`select indisvalid as valid, pg_get_indexdef(indexrelid) as text from pg_index where indexrelid = 'orders_next'::regclass`;
  expect(index).toEqual({ valid: true, text: expect.stringContaining("(currency)") });
});

it("a migration that contracts, or does not say, keeps processes of this version from starting", async () => {
  const { sql, url } = await testDatabase();
  await migrate(url, undefined, await withNext("alter table cases drop column kept_at"));
  const message = expect.stringMatching(/is newer than this program: start the version that migrated it$/);
  expect(await checkSchema(sql, url)).toEqual({ kind: "newer", message });
  expect(await migrate(url)).toEqual({ kind: "newer", message });
});
