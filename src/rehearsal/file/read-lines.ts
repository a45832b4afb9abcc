/** Reads the lines of a file by number, and reports those that cannot be lines of an order file. */
import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { invalidByte } from "../../core/text/json.ts";
import { isBlank, splitLines, withoutMark } from "../../core/text/lines.ts";

export const MAX_LINE_BYTES = 1 << 20;
const CHUNK = 1 << 20;

export type LineSink = {
  /** `bytes` are valid only during the call. Empty lines are left out. */
  readonly line: (bytes: Buffer, number: number) => void;
  readonly fault: (number: number, message: string) => void;
  readonly progress: (bytes: number) => void;
};

export async function readLines(file: string, sink: LineSink): Promise<void> {
  const splitter = splitLines({
    maxBytes: MAX_LINE_BYTES,
    onLine: (read, number, kind) => {
      const bytes = number === 1 ? withoutMark(read) : read;
      if (kind === "long") sink.fault(number, "is longer than 1 MB");
      else if (!isUtf8(bytes)) sink.fault(number, `${invalidByte(bytes)}: write the file as UTF-8`);
      else if (!isBlank(bytes)) sink.line(bytes, number);
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
