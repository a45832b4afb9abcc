/**
 * Standard output of a command. Its reader may stop reading (`| head`), or a disk may be full. Then nothing more is written; the command
 * still runs to its end and releases its resources, and a service keeps running.
 */
import { once } from "node:events";
import type { Writable } from "node:stream";

export type Output = {
  readonly line: (text: string) => void;
  /** A piece of a long answer; resolves when the reader is ready for the next. Throws OutputError when nobody reads any more. */
  readonly piece: (piece: string | Uint8Array) => Promise<void>;
};

/** The fault was already reported to `onFault`. */
export class OutputError extends Error {
  override readonly name = "OutputError";
}

/** `onFault` is called once, with the first fault. */
export function openOutput(stream: Writable, onFault: (fault: NodeJS.ErrnoException) => void = () => {}): Output {
  let gone = false;
  stream.on("error", (fault) => {
    if (gone) return;
    gone = true;
    onFault(fault);
  });
  return {
    line(text) {
      if (!gone) stream.write(`${text}\n`);
    },
    async piece(piece) {
      if (gone) throw new OutputError("nothing more can be written");
      if (stream.write(piece)) return;
      await once(stream, "drain").catch((cause: unknown) => {
        throw new OutputError("nothing more can be written", { cause });
      });
    },
  };
}
