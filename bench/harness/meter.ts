/**
 * Measures the cost of work: CPU of a process of Dunlin and of PostgreSQL, and the records in PostgreSQL's log (WAL). Both are those of the
 * whole server, which must be the benchmark's own. Linux only.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { Sql } from "../../src/db/client.ts";

/** Totals of some work. */
export type Spent = {
  readonly nodeMs: number;
  readonly postgresMs: number;
  /** Without the page images after a checkpoint, which depend on its time alone. */
  readonly walBytes: number;
  readonly walRecords: number;
  readonly updates: number;
  /** The part of the updates that touched no index. */
  readonly hotUpdates: number;
  /** How often a table was analysed. */
  readonly analyses: number;
};

/** /proc/PID/stat counts CPU in ticks of 10 ms. */
const TICK_MS = 10;

export type Meter = {
  /** Runs the work and returns what it cost. `pids`: the processes of Dunlin that do it. */
  during(pids: readonly number[], work: () => Promise<unknown>): Promise<Spent>;
};

/** The connection must be a superuser's. */
export async function openMeter(sql: Sql): Promise<Meter> {
  await sql`create extension if not exists pg_walinspect`;
  const [session] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  const server = statOf(session?.pid ?? 0)?.parent ?? 0;
  const analysed = () => countAnalyses(sql);
  const position = async () => {
    const [row] = await sql<{ lsn: string }[]>`select pg_current_wal_flush_lsn()::text as lsn`;
    return row?.lsn ?? "0/0";
  };
  return {
    async during(pids, work) {
      const ownAll = () => pids.reduce((sum, pid) => sum + ownMs(pid), 0);
      const from = { lsn: await position(), analyses: await analysed(), node: ownAll(), postgres: treeMs(server) };
      await work();
      const nodeMs = ownAll() - from.node;
      const postgresMs = treeMs(server) - from.postgres;
      const wal = await readLog(sql, from.lsn, await position());
      return { nodeMs, postgresMs, ...wal, analyses: (await analysed()) - from.analyses };
    },
  };
}

/** How often the tables of a database were analysed since it was made. */
export async function countAnalyses(sql: Sql): Promise<number> {
  const [row] = await sql<{ total: number }[]>`
    select coalesce(sum(analyze_count + autoanalyze_count), 0)::int4 as total from pg_stat_user_tables`;
  return row?.total ?? 0;
}

/** For the note on a round: an ANALYZE that falls into it takes CPU from it, and changes plans. */
export const analysesSince = (before: number, after: number): string =>
  after === before ? "" : ` (${after - before} ANALYZE fell into it)`;

type LogRow = { readonly kind: string; readonly count: number; readonly bytes: number };

async function readLog(sql: Sql, from: string, to: string) {
  const rows: readonly LogRow[] = await sql<LogRow[]>`
    select "resource_manager/record_type" as kind, count::int4 as count, record_size::int4 as bytes
    from pg_get_wal_stats(${from}::pg_lsn, ${to}::pg_lsn, true) where count > 0`.catch((error: Error) => {
    // Nothing was written in between.
    if (/could not find a valid record/.test(error.message)) return [];
    throw error;
  });
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
  const counted = (name: string) => sum(({ kind, count }) => (kind === name || kind === `${name}+INIT` ? count : 0));
  const hotUpdates = counted("Heap/HOT_UPDATE");
  return {
    walBytes: sum(({ bytes }) => bytes),
    walRecords: sum(({ count }) => count),
    updates: hotUpdates + counted("Heap/UPDATE"),
    hotUpdates,
  };
}

const ownMs = (pid: number): number => statOf(pid)?.ms ?? 0;

/** The server, the children that it has, and those that have ended. */
function treeMs(server: number): number {
  const all = readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? [statOf(Number(name))] : []));
  const root = statOf(server);
  return all.reduce(
    (sum, stat) => sum + (stat?.parent === server ? stat.ms : 0),
    (root?.ms ?? 0) + (root?.endedMs ?? 0),
  );
}

function statOf(pid: number): { parent: number; ms: number; endedMs: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // After the name, which may hold anything: state, parent, …
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const at = (index: number) => Number(fields[index]);
    return { parent: at(1), ms: (at(11) + at(12)) * TICK_MS, endedMs: (at(13) + at(14)) * TICK_MS };
  } catch {
    return null;
  }
}
