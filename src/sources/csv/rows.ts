/**
 * Splits the text of a table into rows of cells. It holds at most one row. A row that cannot be one costs its first line and no more: reading
 * goes on with the next line, so that a quote that is never closed does not swallow the orders below it.
 */
import Papa from "papaparse";

export type TableRow = {
  /** As a spreadsheet counts: the header is row 1, and a row of several lines is one. */
  readonly number: number;
  readonly cells: readonly string[];
  /** null: a good row. */
  readonly fault: RowFault | null;
};
export type RowFault = { readonly code: string; readonly message: string };

/** The cells that a row may have. */
export type Width = { readonly min: number; readonly max: number };

export type RowReader = {
  feed(text: string): TableRow[];
  /** The rows after the last line break. */
  end(): TableRow[];
  /** The rows of a whole text. */
  all(text: string): TableRow[];
};

/** Characters. A reader that waits for the end of a quote scans as far for each bad row. */
const MAX_ROW = 1 << 18;

export function createRowReader(format: {
  readonly delimiter: string;
  readonly newline: "\n" | "\r";
  /** null: this reader gives the header. */
  readonly width: Width | null;
  /** The number of the row before the first. */
  readonly after: number;
}): RowReader {
  const { delimiter, newline, width } = format;
  let number = format.after;
  let rest = "";
  /** The line was too long, and its end has not come yet. */
  let isSkipping = false;

  function drain(isLast: boolean): TableRow[] {
    const rows: TableRow[] = [];
    while (skipLongLine()) {
      let start = 0;
      let bad: RowFault | null = null;
      const parser = new Papa.Parser({
        delimiter,
        newline,
        step({ data, errors, meta }: Papa.ParseStepResult<unknown>) {
          const cells = cellsOf(data);
          const open = errors.some(({ code }) => code === "MissingQuotes");
          const fault = open ? UNCLOSED : faultOf(cells, width);
          if (fault !== null && (open || isSeveralLines(start, meta.cursor))) {
            bad = open ? fault : { ...fault, message: `${fault.message}, or is a quote never closed?` };
            parser.abort();
            return;
          }
          start = meta.cursor;
          number++;
          if (!isBlankRow(cells)) rows.push({ number, cells, fault });
        },
      });
      parser.parse(rest, 0, !isLast);
      rest = rest.slice(start);
      if (bad === null && (isLast || rest.length <= MAX_ROW)) break;
      rows.push(cutLine(bad ?? LONG));
    }
    if (isLast) rest = "";
    return rows;
  }

  function isSeveralLines(start: number, end: number): boolean {
    const at = rest.indexOf(newline, start);
    return at >= 0 && at < end - 1;
  }

  /** false: the rest belongs to a line that is too long. */
  function skipLongLine(): boolean {
    if (!isSkipping) return true;
    const end = rest.indexOf(newline);
    if (end < 0) rest = "";
    else {
      rest = rest.slice(end + 1);
      isSkipping = false;
    }
    return !isSkipping;
  }

  /** Takes the first line away, as a bad row. */
  function cutLine(fault: RowFault): TableRow {
    const end = rest.indexOf(newline);
    const line = end < 0 ? rest : rest.slice(0, end);
    isSkipping = end < 0;
    rest = end < 0 ? "" : rest.slice(end + 1);
    number++;
    return { number, cells: [line.slice(0, MAX_ROW)], fault };
  }

  const feed = (text: string): TableRow[] => {
    rest += text;
    return drain(false);
  };
  const end = (): TableRow[] => {
    // A carriage return behind the last quote would keep it open.
    if (newline === "\n" && rest.endsWith("\r")) rest = rest.slice(0, -1);
    return rest === "" ? [] : drain(true);
  };
  return { feed, end, all: (text) => [...feed(text), ...end()] };
}

const UNCLOSED: RowFault = { code: "unclosed_quote", message: "a quote is opened and never closed" };
const LONG: RowFault = {
  code: "row_too_long",
  message: "is longer than 262,144 characters: is a quote never closed?",
};

const cellsOf = (data: unknown): string[] => {
  const [row] = Array.isArray(data) ? data : [];
  return Array.isArray(row) ? row : [];
};

function isBlankRow(cells: readonly string[]): boolean {
  for (const cell of cells) if (cell !== "" && cell.trim() !== "") return false;
  return true;
}

/** Cells without a heading may follow, if they are blank. */
function faultOf(cells: readonly string[], width: Width | null): RowFault | null {
  if (width === null || (cells.length >= width.min && cells.length <= width.max)) return null;
  if (isBlankRow(cells.length > width.max ? cells.slice(width.max) : cells)) return null;
  return {
    code: "wrong_length",
    message: `has ${cells.length} cells, and the header has ${width.min}: is a quote or separator missing or too much`,
  };
}
