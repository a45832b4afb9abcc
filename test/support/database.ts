/**
 * A database for each test, cloned from the migrated template, or emptied after another test (used-databases.ts). When the test fails it is kept, and its
 * address printed.
 */
import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { inject, onTestFinished, type TestContext } from "vitest";
import { connect, type Sql } from "../../src/db/client.ts";
import { KEPT, withDatabase } from "./global-setup.ts";
import { emptied, type Fresh, shapeOf } from "./used-databases.ts";

export type TestDatabase = {
  readonly url: string;
  readonly sql: Sql;
  readonly close: (graceMs?: number) => Promise<void>;
  /** Sets the database's clock: from now on `dunlin_now()` returns this instant and stands still. */
  setNow(ms: number): Promise<void>;
  /** From now on it hears what the server remarks, such as plans. */
  onNotice(hear: (message: string) => void): void;
};

/** For all files of a worker, which share their modules. Databases are emptied or dropped while the next tests run; what is left then, by the global setup. */
const admin = postgres(inject("serverUrl"), { max: 2, onnotice: () => {}, connection: { synchronous_commit: "off" } });

/** How many the pool of each test has. */
export const CONNECTIONS = 8;

type Made = { readonly name: string /** null: it is not for another test. */; readonly fresh: Fresh | null };
const used: Made[] = [];

async function makeDatabase(): Promise<Made> {
  const name = `${inject("databasePrefix")}${randomBytes(6).toString("hex")}`;
  await admin.unsafe(`create database ${name} template ${inject("templateName")}`);
  // No test asks what survives a crash of this server: those that do start one of their own.
  await admin.unsafe(`alter database ${name} set synchronous_commit = off`);
  return { name, fresh: inject("reusesDatabases") ? await shapeOf(urlOf(name)) : null };
}

/** Empties it for another test, or drops it. */
async function release({ name, fresh }: Made): Promise<void> {
  if (fresh !== null && (await emptied(urlOf(name), fresh, inject("clock")))) used.push({ name, fresh });
  else
    await admin
      .unsafe(`drop database if exists ${name} with (force)`)
      .catch((error) => console.warn(`${name} was not dropped: ${error}`));
}

const urlOf = (name: string): string => withDatabase(inject("serverUrl"), name);

const keep = (name: string) => admin.unsafe(`comment on database ${name} is '${KEPT}'`);

/** A concurrent test passes its context. */
export async function testDatabase(
  context: Pick<TestContext, "onTestFinished"> = { onTestFinished },
): Promise<TestDatabase> {
  const made = used.pop() ?? (await makeDatabase());
  const url = urlOf(made.name);
  let hear = (_message: string): void => {};
  const onNotice = (message: string) => hear(message);
  const database = connect(url, { max: CONNECTIONS, applicationName: "dunlin test", onNotice });
  let clock = false;
  context.onTestFinished(async ({ task }) => {
    await database.close();
    if (task.result?.state !== "fail") return void release(made);
    await keep(made.name);
    console.warn(`kept the database of the failed test: ${url}`);
  });
  return {
    url,
    sql: database.sql,
    close: database.close,
    onNotice(given) {
      hear = given;
    },
    async setNow(ms) {
      if (!clock) {
        await database.sql.unsafe(`
          create table test_clock (at timestamptz not null); insert into test_clock values (now());
          create or replace function dunlin_now() returns timestamptz language sql volatile as 'select at from test_clock'`);
        clock = true;
      }
      await database.sql`update test_clock set at = ${new Date(ms)}`;
    },
  };
}

/** Another session holds the table, and nobody else may even read it, until this is called or the test ends. */
export async function lockTable(url: string, table: string): Promise<() => Promise<void>> {
  const holder = connect(url, { max: 1, idleTimeoutMs: 0, applicationName: "dunlin test lock" });
  onTestFinished(() => holder.close(0));
  await holder.sql.unsafe(
    `set idle_in_transaction_session_timeout = 0; begin; lock table ${table} in access exclusive mode`,
  );
  return async () => {
    await holder.sql`rollback`;
  };
}
