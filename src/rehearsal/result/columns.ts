/** Lines of cells as columns, for a terminal. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return right.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

export const count = (n: number): string => n.toLocaleString("en");

/** Texts and names come from outside: control characters in them must not reach the terminal. */
export const printable = (text: string): string =>
  text.replace(/\p{Cc}/gu, (char) => (char === "\n" ? "\n" : "\ufffd"));

export function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`)];
}
