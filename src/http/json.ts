/** Bytes → JSON: UTF-8 only, with or without a byte order mark. What is wrong is told with its place, without repeating the text. */
import { isUtf8 } from "node:buffer";
import { findJsonFault, placeOf } from "./json-fault.ts";

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

/** By halving: the longest beginning that is UTF-8, but for a character cut at its end. */
function invalidByte(bytes: Buffer): string {
  let good = 0;
  let bad = bytes.length;
  const whole = (end: number) => [0, 1, 2, 3].some((less) => end >= less && isUtf8(bytes.subarray(0, end - less)));
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (whole(middle)) good = middle;
    else bad = middle;
  }
  return `byte ${good + 1} is no UTF-8`;
}
