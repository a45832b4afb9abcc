/** Keeps the statistics of PostgreSQL's planner up to date. */
import type { Sql } from "./client.ts";

const TABLES = [
  "order_events",
  "orders",
  "buyers",
  "contacts",
  "cases",
  "reminders",
  "deliveries",
  "recoveries",
  "exposures",
];
/** A smaller table is fast to read as a whole. */
const MIN_ROWS = 200;

/**
 * Analyses the tables that have twice the rows that they had when they were last analysed, and returns their names. Autovacuum does the same,
 * but looks once a minute. Until then a statement keeps the plan that it got while its tables were nearly empty: it reads all rows of a shop,
 * which gets slower with every second of a flood of orders. Updates do not count: they change nothing for our plans, and a backlog that is sent
 * updates every row. Only the owner of the tables may do this; for others the server skips them.
 */
export async function analyzeGrown(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select c.relname::text as name
    from unnest(${TABLES}::text[]) as t(name)
    join pg_class c on c.oid = to_regclass(t.name)
    where pg_stat_get_live_tuples(c.oid) > greatest(${MIN_ROWS}::float8, 2 * c.reltuples)`;
  const grown = rows.map(({ name }) => name);
  // One after the other, without those that another session analyses already: nothing waits.
  for (const name of grown) await sql.unsafe(`analyze (skip_locked) ${name}`);
  return grown;
}
