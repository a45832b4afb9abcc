/**
 * Finds JSON that would hold the process: nesting without end, or so many values that parsing takes long. One pass over the bytes that
 * skips strings. It does not check the JSON: on a broken text it gives the first excess or none.
 */
export const MAX_DEPTH = 1_000;
/** About 150 ms of parsing. An order event with 500 items has a few thousand values. */
export const MAX_VALUES = 200_000;

/** `offset` in bytes. */
export type Excess = { readonly kind: "depth" | "values"; readonly offset: number; readonly message: string };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN = 0x7b;
const OPEN_LIST = 0x5b;
const CLOSE = 0x7d;
const CLOSE_LIST = 0x5d;

/** null: neither too deep nor too much. */
export function excessOf(bytes: Buffer, maxValues: number): Excess | null {
  // Fewer bytes cannot hold so many brackets or values.
  if (bytes.length <= Math.min(MAX_DEPTH, maxValues)) return null;
  let depth = 0;
  let values = 1;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === COMMA) values++;
    else if (byte === OPEN || byte === OPEN_LIST) {
      values++;
      if (++depth > MAX_DEPTH)
        return { kind: "depth", offset: at, message: `is nested more than ${MAX_DEPTH} levels deep` };
    } else if (byte === CLOSE || byte === CLOSE_LIST) depth--;
    if (values > maxValues) return { kind: "values", offset: at, message: `holds more than ${maxValues} values` };
  }
  return null;
}

/** The offset of the closing quote, or of the end of a text that is cut off. */
export function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  return at;
}
