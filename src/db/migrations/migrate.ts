/**
 * Applies the missing migrations, while other processes work. Each is a transaction of its own, and gives up soon if it cannot have a lock: all that
 * comes after it would wait behind it.
 */
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { ServerFacts } from "../../postgres/server.ts";
import { connect, type Sql } from "../client.ts";
import { inTransaction } from "../transaction.ts";
import { knownMigrations, type Migration, readMigration } from "./files.ts";
import { judgeSchema, readSchema, type SchemaVerdict } from "./state.ts";

/** An arbitrary number: one migration at a time in each database. */
const LOCK = 5_873_011_402;
const LOOK_MS = 200;
/** Shorter than the longest wait of intake and dispatch for a lock, so that these only become slower. */
const LOCK_MS = 200;
const TRY_FOR_MS = 60_000;
const MAX_PAUSE_MS = 2_000;
/** lock_not_available, deadlock_detected */
const BUSY = new Set(["55P03", "40P01"]);

/** Many processes may call it at once: they take turns. A schema that is not older is left as it is, and the verdict says so. */
export async function migrate(url: string, server?: ServerFacts, known = knownMigrations()): Promise<SchemaVerdict> {
  const { sql, close } = connect(url, { max: 1, idleTimeoutMs: 0, applicationName: "dunlin migrate", server });
  try {
    await takeTurn(sql);
    const state = await readSchema(sql, known);
    const verdict = judgeSchema(state, url);
    if (verdict.kind === "newer" || verdict.kind === "broken" || verdict.kind === "fits") return verdict;
    await prepareList(sql);
    for (const migration of state.kind === "known" ? state.missing : known) await apply(sql, migration);
    return { kind: "fits", ahead: 0 };
  } finally {
    await close();
  }
}

/** Asks again and again: a statement that waits for its turn would keep an index from being built concurrently. */
async function takeTurn(sql: Sql): Promise<void> {
  for (;;) {
    const [row] = await sql<{ mine: boolean }[]>`select pg_try_advisory_lock(${LOCK}) as mine`;
    if (row?.mine === true) return;
    await pause(LOOK_MS);
  }
}

/** The list is drizzle's, with two columns more: a process of an older version sees by them whether it may go on. */
const prepareList = (sql: Sql) =>
  sql.unsafe(`
    create schema if not exists drizzle;
    create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint);
    alter table drizzle.__drizzle_migrations add column if not exists name text, add column if not exists kind text`);

async function apply(sql: Sql, migration: Migration): Promise<void> {
  const { text, kind, outside } = readMigration(migration);
  const statements = text.split("--> statement-breakpoint");
  const hash = createHash("sha256").update(text).digest("hex");
  const note = async (tx: Sql): Promise<void> => {
    await tx`
      insert into drizzle.__drizzle_migrations (hash, created_at, name, kind)
      values (${hash}, ${migration.at}, ${migration.name}, ${kind})`;
  };
  if (outside) {
    for (const statement of statements) await sql.unsafe(statement);
    await note(sql);
    return;
  }
  const giveUpAt = performance.now() + TRY_FOR_MS;
  for (let wait = LOOK_MS; ; wait = Math.min(2 * wait, MAX_PAUSE_MS)) {
    try {
      return await inTransaction(sql, async (tx) => {
        await tx`select set_config('lock_timeout', ${String(LOCK_MS)}, true)`;
        for (const statement of statements) await tx.unsafe(statement);
        await note(tx);
      });
    } catch (error) {
      const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
      if (!BUSY.has(String(code)) || performance.now() > giveUpAt) throw error;
      await pause(wait);
    }
  }
}
