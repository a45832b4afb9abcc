/**
 * Parses bytes as JSON: UTF-8 only, with or without a byte order mark. A fault names its place and does not repeat the text. A text that
 * would hold the process (json-weight.ts) is a fault, too.
 */
import { findJsonFault, placeOf } from "./json-fault.ts";
import { excessOf, MAX_VALUES } from "./json-weight.ts";
import { withoutMark } from "./lines.ts";

export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

export type Fault = Parsed & { readonly ok: false };

export function parseJson(bytes: Buffer, maxValues = MAX_VALUES): Parsed {
  const content = withoutMark(bytes);
  const excess = excessFault(content, maxValues);
  if (excess !== null) return excess;
  const text = content.toString("utf8");
  if (text === "") return { ok: false, message: "the body is empty" };
  try {
    if (isUtf8(content, text)) return { ok: true, value: JSON.parse(text) };
  } catch {
    // The fault is found below.
  }
  return textFault(content, text);
}

export function excessFault(content: Buffer, maxValues: number): Fault | null {
  const excess = excessOf(content, maxValues);
  if (excess === null) return null;
  const before = content.toString("utf8", 0, excess.offset);
  return { ok: false, message: `${placeOf(before, before.length)}: ${excess.message}` };
}

/** The fault of bytes that are not UTF-8 or not JSON. */
export function textFault(content: Buffer, text: string): Fault {
  if (!isUtf8(content, text)) return { ok: false, message: `${invalidByte(content)}: send UTF-8` };
  const { offset, message } = findJsonFault(text) ?? { offset: 0, message: "is not JSON" };
  return { ok: false, message: `${placeOf(text, offset)}: ${message}` };
}

/** Decoding writes U+FFFD for each invalid byte, so only a text with one needs a second look. */
export const isUtf8 = (bytes: Buffer, text = bytes.toString("utf8")): boolean =>
  !text.includes("\ufffd") || Buffer.from(text).equals(bytes);

const PIECE = 65_536;

/** `byte 7 is not valid UTF-8`, counted from 1. */
export function invalidByte(bytes: Buffer): string {
  let from = 0;
  for (;;) {
    let to = Math.min(from + PIECE, bytes.length);
    // A piece must not end within a character.
    for (let back = 0; back < 3 && to < bytes.length && ((bytes[to] ?? 0) & 0xc0) === 0x80; back++) to--;
    const piece = bytes.subarray(from, to);
    if (to >= bytes.length || !isUtf8(piece)) return `byte ${from + firstInvalid(piece) + 1} is not valid UTF-8`;
    from = to;
  }
}

/** Up to the first U+FFFD that was not in the bytes the text is as long as they are. */
function firstInvalid(bytes: Buffer): number {
  const text = bytes.toString("utf8");
  let byte = 0;
  let from = 0;
  for (let at = text.indexOf("\ufffd"); at !== -1; at = text.indexOf("\ufffd", from)) {
    byte += Buffer.byteLength(text.slice(from, at));
    if (bytes.subarray(byte, byte + 3).compare(REPLACEMENT) !== 0) break;
    byte += 3;
    from = at + 1;
  }
  return byte;
}

const REPLACEMENT = Buffer.from("\ufffd");
