/** The lines of a file, by number, with what is no line of an order file named. */
import { createReadStream } from "node:fs";
import { splitLines } from "../core/lines.ts";

export const MOST_LINE_BYTES = 1 << 20;
const CHUNK = 1 << 20;

export type LineSink = {
  /** `bytes` are only lent. Empty lines do not come. */
  readonly line: (bytes: Buffer, number: number) => void;
  readonly fault: (number: number, message: string) => void;
  readonly progress: (bytes: number) => void;
};

export async function readLines(file: string, sink: LineSink): Promise<void> {
  const splitter = splitLines({
    most: MOST_LINE_BYTES,
    onLine: (bytes, number, kind) => {
      const start = number === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
      if (kind === "long") sink.fault(number, "is longer than 1 MB");
      else if (!isBlank(bytes, start)) sink.line(start === 0 ? bytes : bytes.subarray(start), number);
    },
  });
  let read = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK })) {
    const buffer = chunk as Buffer;
    splitter.feed(buffer);
    read += buffer.length;
    sink.progress(read);
  }
  splitter.end();
}

function isBlank(bytes: Buffer, start: number): boolean {
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  }
  return true;
}
