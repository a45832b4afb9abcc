/** The cells of one order, by field: of the first row and column that has a text. */
import type { Columns } from "./columns.ts";
import type { Field } from "./profiles/profile.ts";
import type { TableRow } from "./rows.ts";
import { amountOf, isDamaged, looksExact, looksRounded, ownText, textOf, timeOf } from "./values.ts";
import type { CsvWords } from "./words.ts";

/** Why an order cannot be read. The message never repeats the cell: it may be personal. */
export class CellFault extends Error {
  override readonly name = "CellFault";
  readonly code: string;
  readonly field: Field;
  constructor(code: string, field: Field, message: string) {
    super(message);
    this.code = code;
    this.field = field;
  }
}

type Item = { sku: string | null; title: string | null; quantity: number | null; price: string | null };

export type Cells = {
  has(field: Field): boolean;
  /** The id of the order. */
  id(): string;
  /** Longer texts are cut at `max` characters. */
  text(field: Field, max?: number): string | null;
  /** The same, but a damaged text is left out. */
  loose(field: Field, max: number): string | null;
  /** One text of each column that has one. */
  all(field: Field): string[];
  amount(field: Field): string | null;
  time(field: Field, zone: string): number | null;
  /** Reads a time that does not stand in a cell of its own. */
  read(field: Field, text: string, zone: string): number;
  items(max: number): Item[];
  empty(field: Field): CellFault;
};

const MAX_QUANTITY = 1_000_000;

/** The cells of a file. `of` turns to the rows of the next order: a reader for each order would take as long as the reading. */
export function cellReader(
  columns: Columns,
  words: Pick<CsvWords, "encoding">,
): { of(rows: readonly TableRow[]): Cells } {
  let rows: readonly TableRow[] = [];
  /** Some long id of the file was not rounded by a spreadsheet, so none was. */
  let areIdsExact = false;
  const rawOf = (field: Field): string => {
    const places = columns[field];
    for (const row of rows)
      for (const place of places) {
        const cell = row.cells[place];
        if (cell !== undefined && cell !== "" && cell.trim() !== "") return cell;
      }
    return "";
  };
  const whole = (field: Field, read = ownText): string | null => {
    const text = read(rawOf(field));
    if (text === "") return null;
    if (isDamaged(text)) throw new CellFault("wrong_encoding", field, `${DAMAGED} ${words.encoding}`);
    return text;
  };
  const sound = (text: string): string | null => (text === "" || isDamaged(text) ? null : text);
  const read = (field: Field, text: string, zone: string): number => {
    const time = timeOf(text, zone);
    if (!time.ok) throw new CellFault("invalid_time", field, time.message);
    return time.at;
  };
  const amountIn = (field: Field, text: string): string => {
    const amount = amountOf(text);
    if (amount === null) throw new CellFault("invalid_amount", field, "is not an amount like 129.00");
    return amount;
  };
  const cells: Cells = {
    has: (field) => columns[field].length > 0,
    id() {
      const raw = rawOf("id");
      const id = whole("id");
      if (id === null) throw emptyFault("id");
      if (areIdsExact) return id;
      if (looksExact(raw)) areIdsExact = true;
      else if (looksRounded(raw)) throw new CellFault("rounded_id", "id", ROUNDED);
      return id;
    },
    text: (field, max) => cut(whole(field), max),
    loose: (field, max) => cut(sound(ownText(rawOf(field))), max),
    all: (field) =>
      columns[field].flatMap((place) => {
        const cell = rows.find(({ cells }) => (cells[place] ?? "").trim() !== "")?.cells[place];
        return sound(ownText(cell ?? "")) ?? [];
      }),
    amount(field) {
      const text = whole(field, textOf);
      return text === null ? null : amountIn(field, text);
    },
    time(field, zone) {
      const text = whole(field, textOf);
      return text === null ? null : read(field, text, zone);
    },
    read,
    items(max) {
      const cellOf = ({ cells }: TableRow, field: Field) => {
        const place = columns[field].find((each) => (cells[each] ?? "").trim() !== "");
        return place === undefined ? null : sound(ownText(cells[place] ?? ""));
      };
      return rows.slice(0, max).flatMap((row) => {
        const [title, sku] = [cellOf(row, "item.title"), cellOf(row, "item.sku")];
        if (title === null && sku === null) return [];
        const quantity = Number(cellOf(row, "item.quantity") ?? Number.NaN);
        return [
          {
            sku: cut(sku, 200),
            title: cut(title, 500),
            quantity: Number.isInteger(quantity) && quantity >= 0 ? Math.min(quantity, MAX_QUANTITY) : null,
            price: amountOf(cellOf(row, "item.price") ?? ""),
          },
        ];
      });
    },
    empty: emptyFault,
  };
  return {
    of(next) {
      rows = next;
      return cells;
    },
  };
}

/** Never within a character. */
const cut = (text: string | null, max = Number.POSITIVE_INFINITY): string | null =>
  text === null || text.length <= max ? text : text.slice(0, max).replace(/[\ud800-\udbff]$/, "");

const emptyFault = (field: Field) => new CellFault("missing_field", field, "is empty");
const DAMAGED = "holds characters that cannot be read: is the file in another encoding?";
const ROUNDED =
  "ends in zeros because a spreadsheet rounded it, and its last digits are lost: import the file as it was exported";
