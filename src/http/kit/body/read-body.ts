/**
 * Reads a body whole. A body that says that it is too long is refused before a byte of it is read. The bytes are copied into
 * blocks: a body that comes byte by byte would otherwise take a hundred times its size. `strangers` bounds what bodies together hold whose sender
 * is not known yet.
 */
import type { Readable } from "node:stream";
import type { FastifyRequest } from "fastify";
import { HttpProblem } from "../errors.ts";
import type { Strangers } from "./strangers.ts";

const BLOCK = 65_536;

type Reading = { readonly limit: number; readonly strangers?: Strangers };

/** After an error, what still comes of the body is dropped, so that the sender can read the answer. */
export function readBody(
  request: FastifyRequest,
  payload: Readable,
  { limit, strangers }: Reading,
  done: (error: Error | null, body?: Buffer) => void,
): void {
  const said = Number(request.headers["content-length"] ?? Number.NaN);
  if (said > limit) {
    done(tooLarge(limit));
    return;
  }
  let size = 0;
  let blocks: Buffer[] = [];
  /** Free bytes at the end of the last block. */
  let free = 0;
  const finish = (error: Error | null): void => {
    payload.off("data", onData).off("end", onEnd).off("error", onError).off("close", onClose);
    stay?.leave();
    if (error === null) {
      const [only] = blocks;
      done(null, blocks.length === 1 && only !== undefined ? only.subarray(0, size) : Buffer.concat(blocks, size));
      return;
    }
    blocks = [];
    payload.on("error", () => {}).resume();
    done(error);
  };
  const stay = strangers?.enter(() => finish(overloaded()));

  function onData(piece: Buffer): void {
    size += piece.length;
    if (size > limit) {
      finish(tooLarge(limit));
      return;
    }
    // Nearly all bodies come in one piece.
    if (blocks.length === 0) keep(piece);
    else
      for (let at = 0; at < piece.length; at += copy(piece, at))
        if (free === 0) free = keep(Buffer.allocUnsafeSlow(BLOCK));
  }
  function keep(block: Buffer): number {
    blocks.push(block);
    stay?.grow(block.length);
    return block.length;
  }
  function copy(piece: Buffer, from: number): number {
    const block = blocks.at(-1);
    const copied = block === undefined ? piece.length : piece.copy(block, block.length - free, from);
    free -= copied;
    return copied;
  }
  function onEnd(): void {
    finish(Number.isNaN(said) || said === size ? null : cutOff());
  }
  function onError(error: Error): void {
    finish(error instanceof HttpProblem ? error : cutOff());
  }
  function onClose(): void {
    finish(cutOff());
  }
  payload.on("data", onData).on("end", onEnd).on("error", onError).on("close", onClose);
}

const tooLarge = (limit: number) =>
  new HttpProblem(
    "payload_too_large",
    `this route accepts a body of up to ${limit} bytes: send large imports as NDJSON (application/x-ndjson)`,
  );
const cutOff = () => new HttpProblem("invalid_request", "the connection was cut before the end of the body");
const overloaded = () =>
  new HttpProblem("overloaded", "too many bodies without a verified signature arrive at once: send it again", {
    headers: { "retry-after": "5" },
  });
