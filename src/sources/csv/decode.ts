/**
 * Decodes a table piece by piece. A byte order mark decides; else zeros mean UTF-16; else the first bytes beyond ASCII decide: UTF-8 if they
 * are (but for a damaged few), GB18030 if not. Other encodings are never guessed: for a few letters every guess is as good as the next. Bytes that do not belong
 * to the encoding become U+FFFD.
 */
import { isAscii, isUtf8 } from "node:buffer";
import { TextDecoder } from "node:util";

export type Decoder = {
  /** As people name it; null: all was ASCII so far. */
  readonly encoding: string | null;
  write(bytes: Buffer): string;
  end(): string;
};

/** The canonical name; null: there is no such encoding. */
export function encodingOf(label: string): string | null {
  try {
    return new TextDecoder(label.trim()).encoding;
  } catch {
    return null;
  }
}

const MARKS: readonly (readonly [mark: string, encoding: string])[] = [
  ["efbbbf", "utf-8"],
  ["fffe", "utf-16le"],
  ["feff", "utf-16be"],
];

/** `given`: used unless a byte order mark says otherwise; null: found out. The first piece must hold the first 1,000 bytes, or all. */
export function createDecoder(given: string | null): Decoder {
  let decoder: TextDecoder | null = null;
  let isFirst = true;
  /** The beginning of a character, while nothing is decided. */
  let held: Buffer = Buffer.alloc(0);

  const decide = (encoding: string): TextDecoder => {
    decoder = new TextDecoder(encoding);
    return decoder;
  };
  return {
    get encoding() {
      return decoder?.encoding ?? null;
    },
    write(piece) {
      const bytes = held.length === 0 ? piece : Buffer.concat([held, piece]);
      held = Buffer.alloc(0);
      if (isFirst) {
        isFirst = false;
        const encoding = markOf(bytes) ?? given ?? wideOf(bytes);
        if (encoding !== null) decide(encoding);
      }
      if (decoder !== null) return decoder.decode(bytes, { stream: true });
      if (isAscii(bytes)) return bytes.toString("latin1");
      const end = bytes.length - cutLength(bytes);
      const whole = bytes.subarray(0, end);
      if (isAscii(whole)) {
        held = Buffer.from(bytes.subarray(end));
        return whole.toString("latin1");
      }
      return decide(narrowOf(whole)).decode(bytes, { stream: true });
    },
    end() {
      if (held.length > 0) return decide(narrowOf(held)).decode(held);
      return decoder?.decode() ?? "";
    },
  };
}

function markOf(bytes: Buffer): string | null {
  const start = bytes.subarray(0, 3).toString("hex");
  return MARKS.find(([mark]) => start.startsWith(mark))?.[1] ?? null;
}

/** Letters of most languages have a zero as every second byte. */
function wideOf(bytes: Buffer): string | null {
  const zeros = [0, 0];
  const end = Math.min(bytes.length, 1_000);
  for (let at = 0; at < end; at++) if (bytes[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > even + 10) return "utf-16le";
  return even > odd + 10 ? "utf-16be" : null;
}

/** Some exports have a character that was cut in two: a text that is mostly UTF-8 is. GB18030 read as UTF-8 is mostly wrong. */
function narrowOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return "utf-8";
  let [good, bad] = [0, 0];
  for (const char of bytes.toString("utf8")) {
    if (char === "\ufffd") bad++;
    else if (char > "\u007f") good++;
  }
  return good > 4 * bad ? "utf-8" : "gb18030";
}

/** The bytes at the end that may be the beginning of a character in UTF-8. */
function cutLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}
