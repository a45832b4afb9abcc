/** What PostgreSQL's planner knows of our tables. */
import type { Sql } from "./client.ts";

const TABLES = ["order_events", "orders", "buyers", "contacts", "cases", "reminders", "deliveries", "recoveries"];
/** Smaller tables are read whole in no time. */
const MIN_ROWS = 500;

/**
 * Analyses the tables that have doubled since they last were, and returns their names. Autovacuum does so too, but looks once a minute;
 * until then a statement keeps the plan that it was given while its tables were all but empty, which is to read them from end to end, and
 * a flood of orders makes that slower with every second. For an owner of the tables only: others are passed over by the server.
 */
export async function analyzeGrown(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select c.relname::text as name
    from unnest(${TABLES}::text[]) as t(name)
    join pg_class c on c.oid = to_regclass(t.name)
    where pg_stat_get_mod_since_analyze(c.oid) > greatest(${MIN_ROWS}::float8, c.reltuples)`;
  const grown = rows.map(({ name }) => name);
  // One after the other, and none that somebody else analyses already: nothing waits for it.
  for (const name of grown) await sql.unsafe(`analyze (skip_locked) ${name}`);
  return grown;
}
