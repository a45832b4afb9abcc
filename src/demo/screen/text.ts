/** Text for a terminal: styles, widths in cells, and lines that fit. */
import { displayWidth } from "../../reporting/text-table.ts";

export type Style = {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
};

export function styles(coloured: boolean): Style {
  const sgr = (on: number, off: number) => (text: string) => (coloured ? `\x1b[${on}m${text}\x1b[${off}m` : text);
  return { bold: sgr(1, 22), dim: sgr(2, 22), green: sgr(32, 39), yellow: sgr(33, 39), cyan: sgr(36, 39) };
}

const STYLE = /\p{Cc}\[\d+m/gu;

export const widthOf = (text: string): number => displayWidth(text.replace(STYLE, ""));

/** Cuts to `width` cells. Styles are kept and have no width. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let out = "";
  let used = 0;
  for (const [piece] of text.matchAll(/\p{Cc}\[\d+m|./gsu)) {
    if (piece.startsWith("\x1b")) out += piece;
    else if (used + displayWidth(piece) < width) {
      out += piece;
      used += displayWidth(piece);
    } else if (used < width) {
      out += "…";
      used = width;
    }
  }
  return out;
}

/** Wraps plain text into lines of at most `width` cells, at spaces and between wide characters. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const [word] of text.matchAll(/\s+|[\u2e80-\uffef][，。！？；：、）”]*|[^\s\u2e80-\uffef]+/gu)) {
    if (displayWidth(line + word.trimEnd()) <= width || line === "") line += word;
    else {
      lines.push(line.trimEnd());
      line = word.trimStart();
    }
  }
  if (line.trim() !== "") lines.push(line.trimEnd());
  return lines;
}

const INDENT = 2;
/** Further lines of a paragraph stand so much deeper. */
const DEEPER = 4;

/** How wide a line of a block may be, so that it stays one. */
export const blockWidth = (width: number): number => width - INDENT - DEEPER;

/** The output of a command, indented. With a width, longer lines are wrapped: a terminal would do so within words. */
export const block = (text: string, width: number | null): string[] =>
  text
    .trimEnd()
    .split("\n")
    .flatMap((line) => {
      if (line === "") return [""];
      const margin = INDENT + (/^ */.exec(line)?.[0].length ?? 0);
      const [first = "", ...more] =
        width === null ? [line.trimStart()] : wrap(line.trimStart(), width - margin - DEEPER);
      return [" ".repeat(margin) + first, ...more.map((rest) => " ".repeat(margin + DEEPER) + rest)];
    });

export const padTo = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - widthOf(text)));
export const padLeft = (text: string, width: number): string => " ".repeat(Math.max(0, width - widthOf(text))) + text;
export const count = (value: number): string => value.toLocaleString("en-US");
/** `1:05` */
export const clock = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};
