/**
 * The hot tables as they lie on a distributed PostgreSQL: in pieces by the hash of `shop_id`, with the partitions of one server in place of its nodes.
 * auto_explain hands back the plan of each statement as it ran, also of those in triggers.
 */
import { CONNECTIONS, type TestDatabase } from "./database.ts";

/** The tables that are distributed by `shop_id`: all that grow with orders. docs/operations.md lists the same. */
export const DISTRIBUTED = [
  ...["buyers", "contacts", "orders", "order_events", "cases", "reminders", "deliveries", "recoveries", "exposures"],
  ...["suppressions", "erasures", "wishes", "lookups", "tasks", "promises", "desk_arms"],
  ...["report_changes", "exposure_changes", "report_hours", "exposure_sums"],
];

export const PIECES = 8;

/** The same steps for each table: an index that is unique over all shops cannot be, and functions that take a row of the table are made again. */
const DISTRIBUTE = `
do $do$
declare
  t text; d text; i record; made text[] := '{}'; triggers text[];
begin
  foreach t in array '{${DISTRIBUTED}}'::text[] loop
    made := made || array(select pg_get_functiondef(p.oid) from pg_proc p join pg_type y on y.oid = any(p.proargtypes) where y.typrelid = t::regclass);
    triggers := array(select pg_get_triggerdef(oid) from pg_trigger where tgrelid = t::regclass and not tgisinternal);
    for i in
      select indexrelid::regclass as index, (select conname from pg_constraint where conindid = indexrelid and contype in ('p', 'u')) as con
      from pg_index where indrelid = t::regclass and indisunique
        and not exists (select from pg_attribute a where a.attrelid = t::regclass and a.attname = 'shop_id' and a.attnum = any(indkey))
    loop
      if i.con is null then execute format('drop index %s', i.index);
      else execute format('alter table %I drop constraint %I', t, i.con);
      end if;
    end loop;
    execute format('create table %I (like %I including all) partition by hash (shop_id)', t || '_parted', t);
    execute format('drop table %I cascade', t);
    execute format('alter table %I rename to %I', t || '_parted', t);
    for n in 0..${PIECES - 1} loop
      execute format('create table %I partition of %I for values with (modulus ${PIECES}, remainder %s)', t || '_piece_' || n, t, n);
    end loop;
    foreach d in array triggers loop execute d; end loop;
  end loop;
  foreach d in array made loop execute d; end loop;
end $do$`;

/**
 * Copies what there is for many other shops, so that the planner sees full tables in all pieces. Nothing of the copies is due, and nobody is asked about.
 */
const FILL = `
do $do$
declare
  t text; names text; picks text;
begin
  set local session_replication_role = replica;
  foreach t in array '{${DISTRIBUTED}}'::text[] loop
    select string_agg(quote_ident(attname), ', '), string_agg(case
        when attname = 'shop_id' then $$'fill-' || n % 100$$
        when attname in ('waits_for', 'waits_since', 'ended_at', 'merged_into') then 'null'
        when attname = 'erased_at' then 'case when n % 2 = 0 then now() end'
        when attname = 'kind' and t = 'tasks' then $$case when n % 2 = 0 then 'promise' else c.kind end$$
        when attname = 'state' and t = 'reminders' then $$case when n % 2 = 0 then 'sending' else c.state end$$
        when attname in ('wake_at', 'retry_at') then $$timestamptz '9999-01-01'$$
        when atttypid = 'uuid'::regtype then 'gen_random_uuid()'
        when attname in ('hash', 'address') then $$sha256(n::text::bytea)$$
        when attname in ('platform_id') then $$'p' || n$$
        when attname = 'id' or attname = 'order_id' then $$'x' || n$$
        else 'c.' || quote_ident(attname) end, ', ')
      into names, picks from pg_attribute where attrelid = t::regclass and attnum > 0 and not attisdropped and attgenerated = '';
    execute format('insert into %I (%s) select %s from generate_series(1, 6000) n, lateral (select * from %I limit 1) c on conflict do nothing', t, names, picks, t);
  end loop;
end $do$`;

/** Few rows make the planner read whole tables and build hashes; on real ones it looks rows up. */
const SETTINGS = {
  ...{ enable_hashjoin: "off", enable_mergejoin: "off", enable_seqscan: "off", enable_material: "off", jit: "off" },
  "auto_explain.log_min_duration": "0",
  "auto_explain.log_analyze": "on",
  "auto_explain.log_timing": "off",
  "auto_explain.log_format": "json",
  "auto_explain.log_nested_statements": "on",
  "auto_explain.log_level": "notice",
};

type Node = {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Actual Loops"?: number;
  readonly Plans?: readonly Node[];
};

/** One run of a statement: which pieces it read. */
export type Run = { readonly text: string; readonly pieces: ReadonlySet<number> };

export async function fill({ sql }: Pick<TestDatabase, "sql">): Promise<void> {
  await sql.unsafe(FILL);
  await sql`analyze`;
}

/** Distributes the tables of an empty database. All connections of its pool report their plans from now on to `runs`. */
export async function distribute({ sql, onNotice }: TestDatabase): Promise<Run[]> {
  await sql.unsafe(DISTRIBUTE);
  const runs: Run[] = [];
  onNotice((message) => {
    const at = message.indexOf("{");
    if (!/^duration: .* plan:/.test(message) || at < 0) return;
    const { "Query Text": text, Plan } = JSON.parse(message.slice(at)) as { "Query Text": string; Plan: Node };
    runs.push({ text: text.replaceAll(/\s+/g, " ").trim(), pieces: new Set(piecesOf(Plan)) });
  });
  // Each in a transaction of its own that lasts until all have begun: so each has another connection.
  let begun = 0;
  let go = () => {};
  const all = new Promise<void>((resolve) => {
    go = resolve;
  });
  const set = Object.entries(SETTINGS).map(([name, value]) => `set ${name} = '${value}';`);
  await Promise.all(
    Array.from({ length: CONNECTIONS }, () =>
      sql.begin(async (tx) => {
        await tx.unsafe(`load 'auto_explain'; ${set.join(" ")}`);
        begun += 1;
        if (begun === CONNECTIONS) go();
        await all;
      }),
    ),
  );
  runs.length = 0;
  return runs;
}

/** The pieces that were read: a scan that was planned and never ran read nothing. */
function piecesOf(node: Node): number[] {
  const piece = /_piece_(\d+)$/.exec(node["Relation Name"] ?? "")?.[1];
  const here =
    piece !== undefined && node["Node Type"] !== "ModifyTable" && (node["Actual Loops"] ?? 0) > 0
      ? [Number(piece)]
      : [];
  return [...here, ...(node.Plans ?? []).flatMap(piecesOf)];
}
