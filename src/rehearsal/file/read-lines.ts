/** The lines of a file, by number, with what is no line of an order file named. */
import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { invalidByte } from "../../core/text/json.ts";
import { isBlank, splitLines, withoutMark } from "../../core/text/lines.ts";

export const MAX_LINE_BYTES = 1 << 20;
const CHUNK = 1 << 20;

export type LineSink = {
  /** `bytes` are only lent. Empty lines do not come. */
  readonly line: (bytes: Buffer, number: number) => void;
  readonly fault: (number: number, message: string) => void;
  readonly progress: (bytes: number) => void;
};

export async function readLines(file: string, sink: LineSink): Promise<void> {
  const splitter = splitLines({
    maxBytes: MAX_LINE_BYTES,
    onLine: (told, number, kind) => {
      const bytes = number === 1 ? withoutMark(told) : told;
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
