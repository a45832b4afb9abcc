/**
 * Databases that a test is done with. To make one takes a checkpoint and a thousand files; to empty one takes some milliseconds. So the next test of the worker
 * gets it, if nothing but rows changed: any other change, a session that stays, and many rows have it dropped.
 */
import postgres from "postgres";

/** The functions, triggers, columns, settings and the like: whatever is defined has another version of its row then. The clock of tests is put back. */
const SHAPE = `
  select md5(string_agg(line, ' ' order by line)) as shape, pg_database_size(current_database())::int as bytes from (
    select 'class ' || oid || ' ' || xmin || ' ' || relpages || ' ' || reltuples as line from pg_class where relname <> 'test_clock'
    union all select 'column ' || attrelid || ' ' || attnum || ' ' || a.xmin from pg_attribute a join pg_class c on c.oid = attrelid
      where attrelid >= 16384 and relname <> 'test_clock'
    union all select 'function ' || oid || ' ' || xmin from pg_proc where oid >= 16384 and proname <> 'dunlin_now'
    union all select 'trigger ' || oid || ' ' || xmin from pg_trigger
    union all select 'default ' || oid || ' ' || xmin from pg_attrdef
    union all select 'constraint ' || oid || ' ' || xmin from pg_constraint where oid >= 16384
    union all select 'index ' || indexrelid || ' ' || xmin from pg_index where indexrelid >= 16384
    union all select 'schema ' || oid || ' ' || xmin from pg_namespace where nspname !~ '^pg_'
    union all select 'statistics ' || count(*) from pg_statistic where starelid >= 16384
    union all select 'settings ' || setrole || ' ' || setconfig::text from pg_db_role_setting
      where setdatabase = (select oid from pg_database where datname = current_database())
    union all select 'database ' || xmin from pg_database where datname = current_database()
  ) lines`;

/** All tables that the template leaves empty; the other two list the migrations. */
const EMPTY = `
  do $$ declare each record; begin
    set local session_replication_role = replica;
    for each in select schemaname, tablename from pg_tables where schemaname = 'public' or (schemaname = 'bullmq' and tablename <> 'migration') loop
      execute format('delete from %I.%I', each.schemaname, each.tablename);
    end loop;
    for each in select * from pg_sequences where schemaname in ('public', 'bullmq') and last_value is not null loop
      perform setval(format('%I.%I', each.schemaname, each.sequencename)::regclass, each.start_value, false);
    end loop;
    perform pg_stat_reset();
  end $$`;

const OTHERS = `
  select count(*)::int as n from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;
/** A backend ends some milliseconds after its client. */
const LOOKS = 20;
/** Dead rows make a table longer, and so what is planned for it. */
const MAX_GROWTH = 4_000_000;

export type Fresh = { readonly shape: string; readonly bytes: number };

export async function shapeOf(url: string): Promise<Fresh> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [row] = await sql.unsafe<Fresh[]>(SHAPE);
    if (row === undefined) throw new Error("a database without a shape");
    return row;
  } finally {
    await sql.end();
  }
}

/** Empties the database. false: it is no longer as it was made. `clock`: the definition of dunlin_now(). */
export async function emptied(url: string, { shape, bytes }: Fresh, clock: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: { synchronous_commit: "off" } });
  try {
    for (let look = 0; (await sql.unsafe(OTHERS))[0]?.n !== 0; look++) if (look === LOOKS) return false;
    await sql.unsafe(`drop table if exists test_clock; ${clock}`);
    const [now] = await sql.unsafe<Fresh[]>(SHAPE);
    if (now === undefined || now.shape !== shape || now.bytes > bytes + MAX_GROWTH) return false;
    await sql.unsafe(EMPTY);
    return true;
  } catch {
    return false;
  } finally {
    await sql.end();
  }
}
