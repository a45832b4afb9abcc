/**
 * Standard output of a command. Whoever reads it may have enough (`| head`), a disk may be full: then nothing more is written, and the
 * command goes on to its end, so that what it holds is released. Services go on, too.
 */
import { once } from "node:events";
import type { Writable } from "node:stream";

export type Output = {
  readonly line: (text: string) => void;
  /** A long answer in pieces, as fast as whoever reads it takes them. Throws OutputError when nobody takes them any more. */
  readonly piece: (piece: string | Uint8Array) => Promise<void>;
};

/** Was told already, to `onFault`. */
export class OutputError extends Error {
  override readonly name = "OutputError";
}

/** `onFault` is called once, with the first that went wrong. */
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
