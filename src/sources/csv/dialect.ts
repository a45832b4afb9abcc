/** Finds out how a table is written: the line break, the separator and the header. */

const SEPARATORS = [",", ";", "\t"] as const;

export type Dialect = {
  readonly newline: "\n" | "\r";
  readonly delimiter: string;
  /** The text of the header row, without its line break. */
  readonly header: string;
  /** Rows above the header are blank, or name the separator for Excel (`sep=;`). */
  readonly headerRow: number;
  /** Where the rows below the header begin. */
  readonly bodyAt: number;
};

/** `empty`: there is no text. `endless`: the header has no end in this text. */
export type FoundDialect = Dialect | "empty" | "endless" | "unclosed";

export function findDialect(text: string, isWhole: boolean): FoundDialect {
  const newline = text.includes("\n") || !text.includes("\r") ? "\n" : "\r";
  let row = 1;
  let named: string | null = null;
  for (let at = 0; at < text.length; row++) {
    const { end, isOpen, counts } = lineAt(text, at, newline);
    const line = text.slice(at, end);
    const separator = row === 1 ? /^sep=([,;\t])\s*$/i.exec(line)?.[1] : undefined;
    if (separator !== undefined) named = separator;
    else if (line.trim() !== "") {
      if (isOpen && isWhole) return "unclosed";
      if (end === text.length && !isWhole) return "endless";
      const [most = ","] = [...SEPARATORS].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
      return {
        newline,
        delimiter: named ?? most,
        header: line.trimEnd(),
        headerRow: row,
        bodyAt: Math.min(end + 1, text.length),
      };
    }
    at = end + 1;
  }
  return "empty";
}

/** Tabs behind the last character of a cell, as some exports write them in a table with commas. */
const TRAILING = /[\t ]*(?:[,;\r\n]|$)/y;

/** A line break in quotes does not end the line. A separator in quotes does not count, nor does a tab at the end of a cell. */
function lineAt(text: string, from: number, newline: string) {
  const counts = new Map<string, number>();
  let isOpen = false;
  let end = from;
  for (; end < text.length; end++) {
    const char = text[end] ?? "";
    if (char === '"') isOpen = !isOpen;
    else if (!isOpen && char === newline) break;
    else if (!isOpen && SEPARATORS.some((each) => each === char)) {
      TRAILING.lastIndex = end;
      if (char !== "\t" || !TRAILING.test(text)) counts.set(char, (counts.get(char) ?? 0) + 1);
    }
  }
  return { end, isOpen, counts };
}
