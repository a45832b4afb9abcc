/**
 * Cuts a long file into buckets of whole buyers, one file each. It reads the file twice: to find the buyers, and to distribute the lines. A
 * spilled line: its number, its part of the bucket and its size (uint32 each), then its bytes.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { ShopOf } from "../shops.ts";
import type { Line } from "../types.ts";
import type { BackwardCheck } from "./backward.ts";
import { createPartition } from "./partition.ts";
import { readLines } from "./read-lines.ts";
import { skim } from "./skim.ts";

const FLUSH_BYTES = 1 << 16;
const HEADER = 12;
/** A bucket is run part by part, so that the data of a part is short-lived and fits into the processor's cache. */
const PARTS = 64;

export async function spill(input: {
  readonly file: string;
  readonly dir: string;
  readonly buckets: number;
  readonly shopOf: ShopOf;
  readonly times: BackwardCheck;
  /** Called with each line; null: nobody wants them. */
  readonly see: ((line: string) => void) | null;
  /** Called for a line that cannot be read. */
  readonly fault: (line: number, message: string) => void;
  /** Bytes read: at the end twice the size of the file. */
  readonly progress: (bytesRead: number) => void;
}): Promise<string[]> {
  const partition = createPartition(input.shopOf);
  let before = 0;
  await readLines(input.file, {
    line: (bytes, number) => {
      const value = skim(bytes);
      partition.add(value);
      input.times.see(value, number);
      input.see?.(bytes.toString("utf8"));
    },
    fault: input.fault,
    progress: (bytes) => {
      before = bytes;
      input.progress(bytes);
    },
  });
  const partOf = partition.buckets(input.buckets * PARTS);
  const paths = Array.from({ length: input.buckets }, (_, index) => join(input.dir, `lines-${index}`));
  const out = openBuckets(paths);
  try {
    let index = 0;
    await readLines(input.file, {
      line: (bytes, number) => out.add(partOf[index++] ?? 0, number, bytes),
      fault: () => {},
      progress: (bytes) => input.progress(before + bytes),
    });
  } finally {
    out.close();
  }
  return paths;
}

function openBuckets(paths: readonly string[]) {
  const files = paths.map((path) => ({ fd: openSync(path, "w"), held: Buffer.allocUnsafe(FLUSH_BYTES), size: 0 }));
  const write = (fd: number, bytes: Buffer): void => {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  };
  return {
    add(part: number, number: number, bytes: Buffer): void {
      const file = files[Math.floor(part / PARTS)];
      if (file === undefined) throw new Error(`part ${part} belongs to no bucket`);
      const { fd, held } = file;
      if (file.size + HEADER + bytes.length > held.length) {
        write(fd, held.subarray(0, file.size));
        file.size = 0;
      }
      held.writeUInt32LE(number, file.size);
      held.writeUInt32LE(part % PARTS, file.size + 4);
      held.writeUInt32LE(bytes.length, file.size + 8);
      file.size += HEADER;
      if (file.size + bytes.length <= held.length) file.size += bytes.copy(held, file.size);
      else {
        write(fd, held.subarray(0, file.size));
        write(fd, bytes);
        file.size = 0;
      }
    },
    close(): void {
      for (const { fd, held, size } of files) {
        write(fd, held.subarray(0, size));
        closeSync(fd);
      }
    },
  };
}

/** The lines of a spilled bucket, part by part, each in the order of the file. */
export function* spilledParts(bytes: Buffer): Generator<Iterable<Line>> {
  const parts = Array.from({ length: PARTS }, (): number[] => []);
  for (let at = 0; at < bytes.length; at += HEADER + bytes.readUInt32LE(at + 8))
    parts[bytes.readUInt32LE(at + 4)]?.push(at);
  for (const part of parts) if (part.length > 0) yield linesAt(bytes, part);
}

function* linesAt(bytes: Buffer, places: readonly number[]): Generator<Line> {
  for (const at of places) {
    const start = at + HEADER;
    const text = bytes.toString("utf8", start, start + bytes.readUInt32LE(at + 8));
    yield { number: bytes.readUInt32LE(at), text };
  }
}
