/** `dunlin migrate --check`: how the schema of a database is to this version. */
import { randomBytes } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { explainDbError } from "../../../src/db/explain-error.ts";
import { knownMigrations, readMigration } from "../../../src/db/migrations/files.ts";
import { runHere } from "../../support/command.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { shapeOf } from "../../support/used-databases.ts";

const KNOWN = knownMigrations();
const NEWEST = KNOWN.at(-1) ?? { name: "", at: 0, path: "" };
const LATER = NEWEST.at + 1_000;

const check = (url: string, ...args: string[]) =>
  runHere(["migrate", "--check", ...args], {
    cwd: "/nonexistent",
    env: { DATABASE_URL: url, DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64") },
  });

/** A database whose list of migrations may be changed: it is not passed on to another test. */
async function ownDatabase(): Promise<TestDatabase> {
  const database = await testDatabase();
  await database.sql`create schema spoiled`;
  return database;
}

const list = ({ sql }: TestDatabase) => sql`
  select hash, created_at, name, kind from drizzle.__drizzle_migrations order by created_at`;

it("has nothing to do on a migrated database", async () => {
  const { url } = await testDatabase();
  const { code, out } = await check(url);
  expect({ code, out }).toEqual({
    code: 0,
    out: "Dunlin's schema is that of this version.\nThe queue's schema is that of this version.\n",
  });
  expect(JSON.parse((await check(url, "--json")).out)).toEqual({
    state: "at",
    sideBySide: true,
    missing: [],
    unknown: [],
    queue: "at",
    hindrance: null,
  });
});

it("keeps the name and the kind of each migration", async () => {
  const database = await testDatabase();
  expect((await list(database)).map(({ name, kind }) => [name, kind])).toEqual(
    KNOWN.map((each) => [each.name, readMigration(each).kind]),
  );
});

it("names what is missing, says beside which of it old processes may run, and changes nothing", async () => {
  const database = await ownDatabase();
  const [, second] = KNOWN.toReversed();
  await database.sql`delete from drizzle.__drizzle_migrations where created_at >= ${second?.at ?? 0}`;
  const before = [await list(database), (await shapeOf(database.url)).shape];
  const { code, out } = await check(database.url);
  expect(code).toBe(3);
  expect(out).toMatch(/^Dunlin's schema lacks 2 migration\(s\) of this version:\n/);
  for (const each of KNOWN.slice(-2)) {
    const { kind } = readMigration(each);
    const remedy = kind === "expands" ? "old processes may go on" : "stop the processes of older versions first";
    expect(out).toContain(`  ${kind.padEnd(9)}  ${each.name}: ${remedy}\n`);
  }
  expect(JSON.parse((await check(database.url, "--json")).out)).toMatchObject({
    state: "behind",
    missing: KNOWN.slice(-2).map((each) => ({ name: each.name, kind: readMigration(each).kind })),
  });
  expect([await list(database), (await shapeOf(database.url)).shape]).toEqual(before);
});

it("takes migrations before names were kept for such that contract", async () => {
  const database = await ownDatabase();
  await database.sql`alter table drizzle.__drizzle_migrations drop column name, drop column kind`;
  expect((await check(database.url)).code).toBe(0);
  await database.sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', ${LATER})`;
  expect(JSON.parse((await check(database.url, "--json")).out)).toMatchObject({
    state: "ahead",
    sideBySide: false,
    unknown: [{ name: null, kind: "contracts" }],
  });
});

it("says of a newer schema whether this version may run on it", async () => {
  const database = await ownDatabase();
  const add = (name: string, kind: string, at: number) => database.sql`
    insert into drizzle.__drizzle_migrations (hash, created_at, name, kind) values ('h', ${at}, ${name}, ${kind})`;
  await add("9001_wider", "expands", LATER);
  expect(await check(database.url)).toMatchObject({
    code: 4,
    out: expect.stringContaining("  expands    9001_wider\nThis version may run beside the newer one.\n"),
  });
  await add("9002_narrower", "contracts", LATER + 1);
  const { code, out } = await check(database.url);
  expect(code).toBe(4);
  expect(out).toContain("  contracts  9002_narrower\nThis version must not run: start the version that migrated.\n");
  await database.sql`delete from drizzle.__drizzle_migrations where created_at = ${NEWEST.at}`;
  expect(await check(database.url)).toMatchObject({
    code: 4,
    out: expect.stringContaining("Another branch of the program migrated it"),
  });
});

it("says that there is no schema, or only one of the queue that is missing", async () => {
  const database = await ownDatabase();
  await database.sql`drop schema bullmq cascade`;
  expect(await check(database.url)).toMatchObject({
    code: 3,
    out: "Dunlin's schema is that of this version.\nThe queue's schema is behind this version: run `dunlin migrate`.\n",
  });
  await database.sql.unsafe("drop schema public, drizzle cascade; create schema public");
  expect(await check(database.url)).toMatchObject({
    code: 3,
    out: expect.stringContaining("The database has no Dunlin schema yet: run `dunlin migrate`.\n"),
  });
  expect(await database.sql`select from pg_namespace where nspname in ('drizzle', 'bullmq')`).toHaveLength(0);
});

it.each<[string, string, RegExp]>([
  [
    "lacks one in the middle",
    "delete from drizzle.__drizzle_migrations where id = 20",
    /lacks migration 0019_\w+, but has later ones: it is half-applied/,
  ],
  [
    "has tables without the list",
    "drop schema drizzle cascade",
    /has tables of Dunlin, but no list of its migrations: restore the schema drizzle/,
  ],
  [
    "has the list without tables",
    "drop schema public cascade; create schema public",
    /lists migrations, but its tables are missing: restore the whole dump/,
  ],
])("fails when the database %s, and so does migrate", async (_, change, why) => {
  const database = await ownDatabase();
  await database.sql.unsafe(change);
  for (const args of [["migrate", "--check"], ["migrate"]]) {
    const { code, err } = await runHere(args, {
      cwd: "/nonexistent",
      env: { DATABASE_URL: database.url, DUNLIN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64") },
    });
    expect({ args, code, err }).toEqual({ args, code: 1, err: expect.stringMatching(why) });
  }
});

it("fails without a database and without rights, and says so", async () => {
  const database = await ownDatabase();
  const nowhere = new URL(database.url);
  nowhere.pathname = "/dunlin_nowhere";
  await expect(check(nowhere.href).catch(explainDbError)).resolves.toMatch(
    /does not exist: create it \(createdb\), or correct/,
  );
  expect(
    await runHere(["migrate", "--check"], { cwd: "/nonexistent", env: { DUNLIN_DATA_DIR: "/nonexistent/data" } }),
  ).toMatchObject({
    code: 1,
    err: expect.stringContaining("no database in /nonexistent/data yet: `dunlin start` makes it"),
  });

  const role = `dunlin_reader_${randomBytes(6).toString("hex")}`;
  await database.sql.unsafe(`create role ${role} login`);
  onTestFinished(async () => void (await database.sql.unsafe(`drop owned by ${role}; drop role ${role}`)));
  const as = new URL(database.url);
  as.username = role;
  await expect(check(as.href).catch(explainDbError)).resolves.toMatch(
    /permission denied for schema drizzle: grant this right to the user of DATABASE_URL/,
  );
  await database.sql.unsafe(`
    grant usage on schema drizzle, bullmq to ${role};
    grant select on all tables in schema drizzle, bullmq to ${role};
    delete from drizzle.__drizzle_migrations where created_at = ${NEWEST.at}`);
  expect(await check(as.href)).toMatchObject({
    code: 3,
    out: expect.stringMatching(new RegExp(`warning: the tables belong to \\w+, not to ${role}: migrate as \\w+\n$`)),
  });
});

it("refuses --json without --check", async () => {
  expect(await runHere(["migrate", "--json"], { cwd: "/nonexistent", env: {} })).toMatchObject({
    code: 2,
    err: expect.stringContaining("--json needs --check"),
  });
});
