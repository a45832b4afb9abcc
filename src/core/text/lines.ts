/**
 * Splits bytes that come in pieces of any size into lines. It holds at most one line. A line of more than `maxBytes` is not kept: it comes
 * out empty, as `long`. A piece may end anywhere, even within a character; `\r\n` ends a line as `\n` does.
 */
export type LineKind = "whole" | "long" | "last";

export type LineSplitter = {
  feed(chunk: Buffer): void;
  /** The bytes after the last line break are a line, too: `last`. */
  end(): void;
};

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const MAX_PARTS = 1_024;

/** `onLine` gets the line's bytes (empty when long) and its number from 1. It may use the bytes only until it returns. */
export function splitLines(options: {
  readonly maxBytes: number;
  readonly onLine: (bytes: Buffer, line: number, kind: LineKind) => void;
}): LineSplitter {
  const { maxBytes, onLine } = options;
  let parts: Buffer[] = [];
  let size = 0;
  let line = 1;

  function keep(part: Buffer): void {
    if (part.length === 0) return;
    size += part.length;
    if (size > maxBytes) parts = [];
    else parts.push(part);
    // A line that comes in byte by byte must not take a hundred times its size in memory.
    if (parts.length >= MAX_PARTS) parts = [Buffer.concat(parts)];
  }

  function emit(kind: LineKind): void {
    const long = size > maxBytes;
    const [first] = parts;
    const bytes = first === undefined ? Buffer.alloc(0) : parts.length === 1 ? first : Buffer.concat(parts, size);
    parts = [];
    size = 0;
    const end = bytes.length > 0 && bytes[bytes.length - 1] === RETURN ? bytes.length - 1 : bytes.length;
    onLine(end === bytes.length ? bytes : bytes.subarray(0, end), line, long ? "long" : kind);
    line++;
  }

  return {
    feed(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        keep(chunk.subarray(from, at));
        emit("whole");
        from = at + 1;
      }
      keep(chunk.subarray(from));
    },
    end() {
      if (size > 0) emit("last");
    },
  };
}

/** Whether the line holds only spaces. */
export function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x09 && byte !== RETURN) return false;
  return true;
}

/** Some editors put a byte order mark before the first line. */
export function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
