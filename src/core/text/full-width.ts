/** Punctuation of Chinese keyboards that looks like YAML and is text to YAML: `priority：100`, `[sms，chat]`, `“22:00”`. */
import type { YamlFault } from "./yaml-faults.ts";

/** Each shape, with what to write instead. Such signs within a sentence are fine. */
const SHAPES: readonly (readonly [pattern: RegExp, write: string])[] = [
  [/^\s*(?:-\s*)?[\w.-]+\s*(：)/, "a colon and a space"],
  [/[{,，｛]\s*[\w.-]+\s*(：)/, "a colon and a space"],
  [/[[{［｛][^\]}］｝#]*(，)/, "a comma"],
  [/(?:[:：,，[{［｛-])\s*([［｛])/, "[ or {"],
  [/([］｝])\s*(?:#.*)?$/, "] or }"],
  [/(?:[:：,，[{［｛-])\s*([“”‘’＂])/, 'straight quotes, "'],
  [/^\s*(－)/, "a hyphen and a space"],
  [/^\s*(\u3000)/, "spaces"],
];

/** The fault of a line with a full-width sign in place of a sign of YAML; null: it has none. */
function fullWidthIn(line: string): string | null {
  // A long line is no line that somebody typed.
  if (line.length > 1_000 || !/[^\0-\x7f]/.test(line)) return null;
  const outside = line.replace(/"[^"]*"|'[^']*'/g, (quoted) => "x".repeat(quoted.length)).replace(/(?:^|\s)#.*$/, "");
  for (const [pattern, write] of SHAPES) {
    const sign = pattern.exec(outside)?.[1];
    if (sign !== undefined)
      return `has a full-width ${sign === "\u3000" ? "space" : sign}, which YAML takes for text: write ${write}`;
  }
  return null;
}

/** YAML reports such a line where it gives up, which may be the next. `at` counts from 0. */
export function fullWidthNear(
  lines: readonly string[],
  line: number,
): { readonly at: number; readonly message: string } | null {
  for (const at of [line, line - 1, line + 1]) {
    const message = fullWidthIn(lines[at] ?? "");
    if (message !== null) return { at, message };
  }
  return null;
}

/** A fault on a line with such a sign is most likely caused by it. */
export function withFullWidth(fault: YamlFault, line: string): YamlFault {
  const message = fullWidthIn(line);
  return message === null ? fault : { ...fault, path: "", message };
}
