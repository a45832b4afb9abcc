/** Bytes → JSON: UTF-8 only, with or without a byte order mark. What is wrong is told with its place, without repeating the text. */
import { isUtf8 } from "node:buffer";
import { findJsonFault, placeOf } from "../core/json-fault.ts";

export type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

export function parseJson(bytes: Buffer): Parsed {
  const text = textOf(bytes);
  if (text === null) return { ok: false, message: `${invalidByte(bytes)}: send UTF-8` };
  if (text === "") return { ok: false, message: "the body is empty" };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    const fault = findJsonFault(text) ?? { offset: 0, message: "no JSON" };
    return { ok: false, message: `${placeOf(text, fault.offset)}: ${fault.message}` };
  }
}

/** null: not UTF-8. Decoding puts U+FFFD for what is not, so only a text with one is looked at twice. */
function textOf(bytes: Buffer): string | null {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const text = bytes.toString("utf8", marked ? 3 : 0);
  return text.includes("\ufffd") && !isUtf8(bytes) ? null : text;
}

/** The first U+FFFD that was not in the bytes: up to there the text is as long as they are. */
function invalidByte(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  let byte = 0;
  let from = 0;
  for (let at = text.indexOf("\ufffd"); at !== -1; at = text.indexOf("\ufffd", from)) {
    byte += Buffer.byteLength(text.slice(from, at));
    if (bytes.subarray(byte, byte + 3).compare(REPLACEMENT) !== 0) break;
    byte += 3;
    from = at + 1;
  }
  return `byte ${byte + 1} is no UTF-8`;
}

const REPLACEMENT = Buffer.from("\ufffd");
