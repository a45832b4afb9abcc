/**
 * Floor F: the rows that Dunlin wrote for a shop, written once more into tables made like Dunlin's (same columns, keys and indexes,
 * schema `floor`) by nothing but multi-row `unnest` statements. The arrays are ready before the clock starts; one transaction for a
 * thousand orders, two at a time like Dunlin's own.
 */
import { connect, type Sql } from "../../src/db/client.ts";
import { serve } from "../harness/child.ts";
import { settleDisk } from "../harness/servers.ts";

const TABLES = ["order_events", "buyers", "contacts", "orders", "cases", "reminders"];
const LANES = 2;

type Statement = { readonly text: string; readonly columns: readonly string[] };
type Column = { readonly name: string; readonly type: string };

let sql: Sql | null = null;
let batches: Statement[][] = [];

const opened = (): Sql => {
  if (sql === null) throw new Error("not opened");
  return sql;
};

serve({
  async open(input) {
    const { databaseUrl } = input as { databaseUrl: string };
    ({ sql } = connect(databaseUrl, { max: 4, applicationName: "bench floor" }));
    await sql.unsafe("create schema if not exists floor");
    for (const table of TABLES) await sql.unsafe(`create table floor.${table} (like public.${table} including all)`);
  },
  async prepare(input) {
    const { shop, size } = input as { shop: string; size: number };
    const [orders] = await opened()<{ n: number }[]>`select count(*)::int4 as n from orders where shop_id = ${shop}`;
    const count = Math.ceil((orders?.n ?? 0) / size);
    batches = Array.from({ length: count }, () => []);
    const rows: Record<string, number> = {};
    for (const table of TABLES) rows[table] = await prepareTable(table, shop, count);
    return rows;
  },
  /** Resolves to the ms it took. */
  async write() {
    const db = opened();
    await settleDisk(db);
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) {
        const statements = batch;
        await db.begin((tx) =>
          Promise.all(
            statements.map(({ text, columns }) => tx.unsafe(text, [...columns], { prepare: true }).execute()),
          ),
        );
      }
    };
    const begun = performance.now();
    await Promise.all(Array.from({ length: LANES }, lane));
    return performance.now() - begun;
  },
});

/** Every row as PostgreSQL itself writes it down, a column an array literal. Returns how many rows. */
async function prepareTable(table: string, shop: string, count: number): Promise<number> {
  const db = opened();
  const columns = await db<Column[]>`
    select column_name as name, case data_type when 'ARRAY' then 'text[]' else data_type end as type
    from information_schema.columns where table_schema = 'public' and table_name = ${table} order by ordinal_position`;
  const lists = columns.map(({ name }) => `array_agg(${name}::text order by n)::text as ${name}`).join(", ");
  const rows = await db.unsafe<({ batch: number; size: number } & Record<string, string>)[]>(
    `select batch, count(*)::int4 as size, ${lists} from (
       select t.*, ((n - 1) * ${count} / total)::int4 as batch from (
         select r.*, row_number() over (order by r.ctid) as n, count(*) over () as total from public.${table} r where shop_id = $1) t) b
     group by batch order by batch`,
    [shop],
  );
  const text = `insert into floor.${table} (${columns.map(({ name }) => name).join(", ")})
    select ${columns.map(({ name, type }) => `n.${name}${sentAsText(type) ? `::${type}` : ""}`).join(", ")}
    from unnest(${columns.map(({ type }, i) => `$${i + 1}::${sentAsText(type) ? "text" : type}[]`).join(", ")})
      as n(${columns.map(({ name }) => name).join(", ")})`;
  let total = 0;
  for (const row of rows) {
    batches[row.batch]?.push({ text, columns: columns.map(({ name }) => String(row[name])) });
    total += row.size;
  }
  return total;
}

const sentAsText = (type: string): boolean => type === "json" || type === "jsonb" || type === "text[]";
