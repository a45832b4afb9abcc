/** Rows as a CSV file that a spreadsheet opens as it is. */
type Cell = string | number | null;

/** A cell that a spreadsheet would take for a formula begins with an apostrophe, as in the CSV of the report. */
function written(cell: Cell): string {
  const text = cell === null ? "" : String(cell);
  const safe = typeof cell === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** UTF-8 with a BOM: without it Excel reads Chinese as another alphabet. */
export const csvOf = (head: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  `\uFEFF${[head, ...rows].map((row) => row.map(written).join(",")).join("\r\n")}\r\n`;
