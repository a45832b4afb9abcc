/**
 * Reads the export of a shop system, piece by piece: a row that is no order is rejected with its number and reason, and the others become
 * order events. Memory does not depend on the length of the file.
 */
import { acceptEvent } from "../../core/order/accept.ts";
import { foreignKind, HEAD_BYTES } from "../../core/text/foreign-file.ts";
import type { ShopPolicy } from "../../core/values/policy.ts";
import { CellFault, cellReader } from "./cells.ts";
import { chooseProfile } from "./choose-profile.ts";
import { type Columns, chooseColumns, type FieldMap, type Header, readHeader, unusedColumns } from "./columns.ts";
import { createDecoder } from "./decode.ts";
import { findDialect } from "./dialect.ts";
import { type OrderSettings, readOrder } from "./order.ts";
import type { Field, Profile } from "./profiles/profile.ts";
import { createRowReader, type RowFault, type TableRow } from "./rows.ts";
import type { State } from "./states.ts";
import { textOf } from "./values.ts";
import type { CsvWords } from "./words.ts";

export type CsvRequest = {
  /** null: found by the headings. */
  readonly profile: string | null;
  readonly map: FieldMap;
  /** Words of the status, in the form of `wordOf`. */
  readonly statuses: ReadonlyMap<string, State>;
  /** null: found out. */
  readonly encoding: string | null;
  /** The shop of rows that name none; null: there is no such shop. */
  readonly shop: string | null;
  readonly shopOf: (shop: string) => ShopPolicy | null;
  /** Epoch ms: when the table was exported. */
  readonly exportedAt: number;
  /** Whether unpaid orders also give an event of the time of the export (order.ts). */
  readonly updates: boolean;
  readonly words: CsvWords;
};

export type CsvOrder = {
  /** The number of its first row. */
  readonly row: number;
  readonly rows: readonly TableRow[];
  readonly status: string | null;
  readonly state: State;
  readonly events: readonly object[];
};

export type CsvRejected = {
  readonly row: number;
  readonly code: string;
  /** Without the number of the row, and without anything of its cells that may be personal. */
  readonly message: string;
  readonly status: string | null;
  /** The rows as they came. */
  readonly rows: readonly (readonly string[])[];
};

export type CsvPiece = { readonly orders: readonly CsvOrder[]; readonly rejected: readonly CsvRejected[] };

export type CsvAbout = {
  readonly delimiter: string;
  readonly profile: Profile;
  readonly columns: Columns;
  readonly header: Header;
  readonly unused: readonly string[];
  /** Known at the end: null if all was ASCII. */
  readonly encoding: () => string | null;
};

export type OpenedCsv =
  | { readonly ok: true; readonly about: CsvAbout; readonly pieces: AsyncGenerator<CsvPiece> }
  | { readonly ok: false; readonly message: string };

/** So many rows of an order are kept. */
const MAX_ROWS = 500;
const MAX_COLUMNS = 1_000;

export async function readCsv(input: AsyncIterable<Buffer>, request: CsvRequest): Promise<OpenedCsv> {
  const rest = input[Symbol.asyncIterator]();
  const { head, isWhole } = await readHead(rest);
  const kind = foreignKind(head);
  if (kind !== null) return refused(kind);
  const decoder = createDecoder(request.encoding);
  const text = decoder.write(head) + (isWhole ? decoder.end() : "");
  const dialect = findDialect(text, isWhole);
  if (dialect === "empty") return refused("is empty: the first row must name the columns");
  if (dialect === "unclosed") return refused("row 1: a quote is opened and never closed");
  if (dialect === "endless")
    return refused(`row 1: has no end within ${HEAD_BYTES} bytes: is a quote never closed, or is it no table?`);
  const { delimiter, newline, headerRow, bodyAt } = dialect;
  const [row] = createRowReader({ delimiter, newline, width: null, after: headerRow - 1 }).all(dialect.header);
  if (row === undefined || row.fault !== null) return refused(`row ${headerRow}: ${row?.fault?.message ?? "is blank"}`);
  const header = readHeader(row.cells);
  if (header.names.length > MAX_COLUMNS)
    return refused(`row ${headerRow}: has ${header.names.length} columns, and at most ${MAX_COLUMNS} are read`);
  const chosen = chooseProfile(header, request);
  if (!chosen.ok) return refused(chosen.message);
  const { profile } = chosen;
  const columns = chooseColumns(header, profile, request);
  if (!columns.ok) return refused(columns.faults.join("; "));
  if (request.shop === null && columns.columns.shop.length === 0)
    return refused(`does not say of which shop it is: ${request.words.shop}`);
  const about = {
    delimiter,
    profile,
    columns: columns.columns,
    header,
    unused: unusedColumns(header, columns.columns),
    encoding: () => decoder.encoding,
  };
  const width = { min: header.names.findLastIndex((name) => name !== "") + 1, max: header.names.length };
  const reader = createRowReader({ delimiter, newline, width, after: headerRow });
  async function* pieces(): AsyncGenerator<CsvPiece> {
    const orders = orderReader(about, request);
    yield orders.take(reader.feed(text.slice(bodyAt)), false);
    if (!isWhole)
      for await (const bytes of { [Symbol.asyncIterator]: () => rest })
        yield orders.take(reader.feed(decoder.write(bytes)), false);
    yield orders.take([...(isWhole ? [] : reader.feed(decoder.end())), ...reader.end()], true);
  }
  return { ok: true, about, pieces: pieces() };
}

const refused = (message: string): OpenedCsv => ({ ok: false, message });

async function readHead(rest: AsyncIterator<Buffer>): Promise<{ head: Buffer; isWhole: boolean }> {
  const held: Buffer[] = [];
  for (let size = 0; size < HEAD_BYTES; ) {
    const next = await rest.next();
    if (next.done === true) return { head: Buffer.concat(held), isWhole: true };
    held.push(next.value);
    size += next.value.length;
  }
  return { head: Buffer.concat(held), isWhole: false };
}

type Group = { readonly key: string; readonly rows: TableRow[] };

/** Puts the rows of each order together and reads them. */
function orderReader({ profile, columns, header }: CsvAbout, request: CsvRequest) {
  const settings: OrderSettings = { ...request, profile };
  const cells = cellReader(columns, request.words);
  let group: Group | null = null;
  let orders: CsvOrder[] = [];
  let rejected: CsvRejected[] = [];

  const textIn = (row: TableRow, field: Field): string => {
    for (const place of columns[field]) {
      const text = (row.cells[place] ?? "").trim();
      if (text !== "") return text;
    }
    return "";
  };
  const reject = (rows: readonly TableRow[], { code, message }: RowFault, status: string | null = null): void => {
    const row = rows[0]?.number ?? 0;
    rejected.push({ row, code, message, status, rows: rows.map((each) => each.cells) });
  };
  function finish(): void {
    if (group === null) return;
    const { rows } = group;
    group = null;
    const [first] = rows;
    if (first === undefined) return;
    const status = textOf(textIn(first, "status")) || null;
    try {
      const named = columns.shop.length === 0 ? "" : textOf(textIn(first, "shop"));
      const shop = named === "" ? request.shop : named;
      const policy = shop === null ? null : request.shopOf(shop);
      if (policy === null) throw new CellFault("unknown_shop", "shop", "names no shop of dunlin.yaml");
      const read = readOrder(cells.of(rows), policy, settings);
      const [created] = read.events;
      const accepted = created === undefined ? null : acceptEvent(created, request.shopOf);
      if (accepted?.ok === false) reject(rows, accepted.rejection, status);
      else orders.push({ row: first.number, rows, status, ...read });
    } catch (error) {
      if (!(error instanceof CellFault)) throw error;
      const { code, field, message } = error;
      reject(rows, { code, message: `${nameOf(field)} ${message}` }, status);
    }
  }
  const nameOf = (field: Field): string => header.names[columns[field][0] ?? -1] ?? field;

  return {
    /** `isLast`: no row follows. */
    take(rows: readonly TableRow[], isLast: boolean): CsvPiece {
      for (const row of rows) {
        const key = row.fault === null ? textIn(row, profile.groupBy) : "";
        if (row.fault !== null) {
          finish();
          reject([row], row.fault);
        } else if (group !== null && (key === group.key || (key === "" && isFurther(row)))) {
          if (group.rows.length < MAX_ROWS) group.rows.push(row);
        } else {
          finish();
          if (key === "") reject([row], { code: "missing_field", message: `${nameOf(profile.groupBy)} is empty` });
          else group = { key, rows: [row] };
        }
      }
      if (isLast) finish();
      const piece = { orders, rejected };
      orders = [];
      rejected = [];
      return piece;
    },
  };

  /** A further item of the order above. */
  function isFurther(row: TableRow): boolean {
    return (["status", "createdAt", "amount"] as const).every((field) => textIn(row, field) === "");
  }
}
