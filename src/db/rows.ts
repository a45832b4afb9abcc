/**
 * Row sets: many rows in one statement. A writer names each column once, with its type and where its value comes from:
 *
 *     const cases = rowSet<Case>({ shop_id: text((c) => c.shop), id: uuid((c) => c.id) }, { ended_at: instant((c) => c.endedAt) });
 *
 *     sql`insert into cases (${cases.names(sql)}) select ${cases.values(sql)} from ${cases.rows(sql, list)}`
 *     sql`update cases c set ${cases.set(sql)} from ${cases.rows(sql, list)} where c.shop_id = n.shop_id and c.id = n.id`
 *
 * In the statement the rows are called `n`. Each column is one parameter (columns.ts), however many rows there are: the text of a statement
 * never changes, so the server prepares it once.
 */
import type { Row as AnyRow, PendingQuery } from "postgres";
import type { Sql } from "./client.ts";
import { bytes, documents, instants, lists, plain, texts } from "./columns.ts";

export type Fragment = PendingQuery<readonly AnyRow[]>;

export type Column<Row> = {
  /** The parameter stands between them. */
  readonly before: string;
  readonly after: string;
  /** Makes the column's own type of an element of the array. */
  readonly cast: string;
  readonly write: (rows: readonly Row[]) => string;
};

export type Columns<Row> = Readonly<Record<string, Column<Row>>>;

export type RowSet<Row> = {
  /** `shop_id, id, ended_at` */
  names(sql: Sql): Fragment;
  /** `n.shop_id, n.id, n.ended_at` */
  values(sql: Sql): Fragment;
  /** `ended_at = n.ended_at`: all columns but those of the key. */
  set(sql: Sql): Fragment;
  /** `unnest(…) as n(shop_id, id, ended_at)`. May stand in several statements. */
  rows(sql: Sql, rows: readonly Row[]): Fragment;
};

const columnOf =
  <Value>(type: string, write: (values: readonly Value[]) => string) =>
  <Row>(value: (row: Row) => Value): Column<Row> => ({
    before: "",
    after: `::${type}[]`,
    cast: "",
    write: (rows) => write(rows.map(value)),
  });

export const text = columnOf<string | null>("text", texts);
/** A text that needs no quotes: a letter, digits and what is in `[A-Za-z0-9_.:+-]`, and never `null`. */
export const word = columnOf<string | null>("text", plain);
export const uuid = columnOf<string | null>("uuid", plain);
export const int4 = columnOf<number | null>("int4", plain);
export const int8 = columnOf<number | null>("int8", plain);
export const float8 = columnOf<number | null>("float8", plain);
export const bool = columnOf<boolean>("boolean", plain);
/** Epoch ms. */
export const instant = columnOf<number | null>("timestamptz", instants);
export const bytea = columnOf<Buffer | null>("bytea", bytes);

const listColumn = columnOf<readonly string[]>("text", lists);
/** A list of texts in each row. */
export const list = <Row>(value: (row: Row) => readonly string[]): Column<Row> => ({
  ...listColumn(value),
  cast: "::text[]",
});

/** A list of whole numbers in each row. */
export const int8s = <Row>(value: (row: Row) => readonly number[]): Column<Row> => ({
  ...listColumn((row: Row) => value(row).map(String)),
  cast: "::int8[]",
});

const documentColumn =
  (cast: string) =>
  <Row>(value: (row: Row) => unknown): Column<Row> => ({
    before: "array(select json_array_elements_text(",
    after: "::text::json))",
    cast,
    write: (rows) => documents(rows.map(value)),
  });

/** An object or null in each row, that statements change in part or compare. */
export const jsonb = documentColumn("::jsonb");
/** An object or null in each row, that is written and read as a whole: half as dear to write as `jsonb`. */
export const json = documentColumn("::json");

/** Declare it once, at the top of a module. */
export function rowSet<Row>(key: Columns<Row>, others: Columns<Row> = {}): RowSet<Row> {
  const columns = Object.entries({ ...key, ...others });
  const names = columns.map(([name]) => name).join(", ");
  const namesText = template([names]);
  const valuesText = template([columns.map(([name, { cast }]) => `n.${name}${cast}`).join(", ")]);
  const setText = template([
    Object.entries(others)
      .map(([name, { cast }]) => `${name} = n.${name}${cast}`)
      .join(", "),
  ]);
  const parts = ["unnest("];
  for (const [at, [, { before, after }]] of columns.entries()) {
    parts[at] += before;
    parts.push(at === columns.length - 1 ? `${after}) as n(${names})` : `${after}, `);
  }
  const rowsText = template(parts);
  const writes = columns.map(([, { write }]) => write);
  return {
    names: (sql) => sql(namesText),
    values: (sql) => sql(valuesText),
    set: (sql) => sql(setText),
    rows: (sql, rows) => sql(rowsText, ...writes.map((write) => write(rows))),
  };
}

/** The driver tells a template by `raw`, and takes its pieces from the array itself. */
const template = (parts: string[]): TemplateStringsArray => Object.assign(parts, { raw: parts });
