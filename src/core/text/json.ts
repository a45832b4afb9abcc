/** Parses bytes as JSON: UTF-8 only, with or without a byte order mark. A fault names its place and does not repeat the text. */
import { findJsonFault, placeOf } from "./json-fault.ts";
import { withoutMark } from "./lines.ts";

export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

export function parseJson(bytes: Buffer): Parsed {
  const text = textOf(bytes);
  if (text === null) return { ok: false, message: `${invalidByte(bytes)}: send UTF-8` };
  if (text === "") return { ok: false, message: "the body is empty" };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    const fault = findJsonFault(text) ?? { offset: 0, message: "is not JSON" };
    return { ok: false, message: `${placeOf(text, fault.offset)}: ${fault.message}` };
  }
}

/** Decoding writes U+FFFD for each invalid byte, so only a text with one needs a second look. */
export const isUtf8 = (bytes: Buffer, text = bytes.toString("utf8")): boolean =>
  !text.includes("\ufffd") || Buffer.from(text).equals(bytes);

/** null: not UTF-8. */
function textOf(bytes: Buffer): string | null {
  const content = withoutMark(bytes);
  const text = content.toString("utf8");
  return isUtf8(content, text) ? text : null;
}

/** `byte 7 is not valid UTF-8`, counted from 1. Up to the first U+FFFD that was not in the bytes the text is as long as they are. */
export function invalidByte(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  let byte = 0;
  let from = 0;
  for (let at = text.indexOf("\ufffd"); at !== -1; at = text.indexOf("\ufffd", from)) {
    byte += Buffer.byteLength(text.slice(from, at));
    if (bytes.subarray(byte, byte + 3).compare(REPLACEMENT) !== 0) break;
    byte += 3;
    from = at + 1;
  }
  return `byte ${byte + 1} is not valid UTF-8`;
}

const REPLACEMENT = Buffer.from("\ufffd");
