/**
 * Measures the time of each kind of statement within PostgreSQL, by pg_stat_statements. The times are wall time of the statement, with its triggers
 * and without the way to and from the client. So their sum is not the CPU of the server.
 */
import { connect, type Sql } from "../../src/db/client.ts";

/** Makes the server able to count statements from its next start on; it counts none until it is asked to. The connection must be a superuser's. */
export async function preloadStatements(url: string): Promise<void> {
  const { sql, close } = connect(url, { max: 1, applicationName: "dunlin bench" });
  await sql`alter system set shared_preload_libraries = 'pg_stat_statements'`;
  await sql`alter system set pg_stat_statements.track = 'none'`;
  await close();
}

/** The kinds of statements of one message, in the order in which they run. A statement is of the first kind that matches. */
const KINDS: readonly (readonly [kind: string, of: RegExp])[] = [
  ["record the outcome", /update deliveries d set state/],
  ["insert the delivery", /insert into deliveries/],
  ["change the buyer", /update buyers b set wake_at/],
  ["decide the reminder", /update reminders r set/],
  ["write the exposure", /insert into exposures/],
  ["load the reminders", /join reminders r on/],
  ["load the contacts", /join contacts k on/],
  ["load the orders", /join orders o on/],
  ["load the case", /join cases c on/],
  ["find who is due", /from buyers b where .*wake_at <=/],
];

export type StatementTime = { readonly kind: string; readonly us: number; readonly rowsPerCall: number };

export type Statements = {
  /** Runs the work and returns the time of each kind of statement, for one of `count`, the longest first. */
  during(count: number, work: () => Promise<unknown>): Promise<readonly StatementTime[]>;
};

export async function openStatements(sql: Sql): Promise<Statements> {
  await sql`create extension if not exists pg_stat_statements`;
  const track = async (which: "top" | "none"): Promise<void> => {
    await sql.unsafe(`alter system set pg_stat_statements.track = '${which}'`);
    await sql`select pg_reload_conf()`;
  };
  return {
    async during(count, work) {
      await track("top");
      await sql`select pg_stat_statements_reset()`;
      await work();
      await track("none");
      const rows = await sql<{ query: string; ms: number; calls: number; rows: number }[]>`
        select regexp_replace(query, '[[:space:]]+', ' ', 'g') as query, total_exec_time as ms, calls::int4 as calls, rows::int4 as rows
        from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())`;
      const sums = new Map<string, { ms: number; calls: number; rows: number }>();
      for (const row of rows) {
        const kind = KINDS.find(([, pattern]) => pattern.test(row.query))?.[0] ?? "others";
        const sum = sums.get(kind) ?? { ms: 0, calls: 0, rows: 0 };
        sums.set(kind, { ms: sum.ms + row.ms, calls: sum.calls + row.calls, rows: sum.rows + row.rows });
      }
      return [...sums]
        .map(([kind, { ms, calls, rows }]) => ({ kind, us: (ms * 1_000) / count, rowsPerCall: rows / calls }))
        .sort((a, b) => b.us - a.us);
    },
  };
}
