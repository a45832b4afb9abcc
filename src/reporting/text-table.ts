/** Text in columns, for a terminal and for a spreadsheet. */

/** Combining marks, joiners and variation selectors take no cell; wide and fullwidth characters (CJK, Hangul, kana, emoji) take two. */
const NONE = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]$/u;

/** How many cells of a terminal the text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) if (!NONE.test(character)) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/** Names come from shops: a control character in one must not reach the terminal. */
export const printable = (text: string): string => text.replace(/\p{Cc}/gu, "�");

export type Column = { readonly title: string; readonly align: "left" | "right" };

const GAP = "  ";

/** A header, a rule and the rows, each cell padded to its column; `last` rows stand below a second rule. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[], last = 0): string {
  const lines = [columns.map(({ title }) => title), ...rows].map((line) => line.map(printable));
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => displayWidth(line[i] ?? ""))));
  const write = (line: readonly string[]) =>
    columns
      .map(({ align }, i) => {
        const text = line[i] ?? "";
        const room = " ".repeat(Math.max(0, (widths[i] ?? 0) - displayWidth(text)));
        return align === "left" ? text + room : room + text;
      })
      .join(GAP)
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join(GAP);
  const body = lines.map(write);
  const out = [body[0] ?? "", rule, ...body.slice(1)];
  if (last > 0) out.splice(out.length - last, 0, rule);
  return `${out.join("\n")}\n`;
}

/** A cell of text in a CSV file: quoted where RFC 4180 asks for it, and never a formula to a spreadsheet. */
export function csvText(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** RFC 4180: commas and CRLF, also behind the last line. Cells are written by the caller. */
export const csvLines = (lines: readonly (readonly string[])[]): string =>
  lines.map((line) => `${line.join(",")}\r\n`).join("");
