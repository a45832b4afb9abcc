/** Marks of what was last changed: equal marks, equal state. Each costs the same however much is stored. */
import type { Sql } from "../../../client.ts";

export type Marks = { readonly figures: string; readonly changes: string };

/**
 * `figures`: how many rows were ever written to the tables in which each change of a figure leaves one. PostgreSQL counts them with a delay of
 * about a second. `changes`: the last entry of the audit trail.
 */
export async function readMarks(sql: Sql): Promise<Marks> {
  const [row] = await sql<Marks[]>`
    select concat_ws('/',
        pg_stat_get_tuples_inserted('report_changes'::regclass),
        pg_stat_get_tuples_inserted('recoveries'::regclass), pg_stat_get_tuples_updated('recoveries'::regclass),
        pg_stat_get_tuples_deleted('recoveries'::regclass),
        pg_stat_get_tuples_inserted('tasks'::regclass), pg_stat_get_tuples_updated('tasks'::regclass),
        pg_stat_get_tuples_inserted('promises'::regclass), pg_stat_get_tuples_updated('promises'::regclass)) as figures,
      coalesce((select id::text from audit order by id desc limit 1), '') as changes`;
  if (row === undefined) throw new Error("no marks");
  return row;
}
