/** Cuts a long file into buckets of whole buyers, in files beside each other: one reading to see who is who, one to sort the lines. */
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type BackwardCheck, parsedLine } from "./backward.ts";
import { createPartition } from "./partition.ts";
import { readLines } from "./read-lines.ts";
import type { Line, ShopOf } from "./types.ts";

const FLUSH_BYTES = 1 << 16;
/** A line number, a tab and a line break. */
const MOST_PREFIX = 20;

export async function spill(input: {
  readonly file: string;
  readonly dir: string;
  readonly buckets: number;
  readonly shopOf: ShopOf;
  readonly times: BackwardCheck;
  /** What is no line at all. */
  readonly fault: (line: number, message: string) => void;
  /** Bytes read: in the end twice the file's. */
  readonly progress: (bytesRead: number) => void;
}): Promise<string[]> {
  const partition = createPartition(input.shopOf);
  let before = 0;
  await readLines(input.file, {
    line: (bytes, number) => {
      const value = parsedLine(bytes);
      partition.add(value);
      input.times.see(value, number);
    },
    fault: input.fault,
    progress: (bytes) => {
      before = bytes;
      input.progress(bytes);
    },
  });
  const bucketOf = partition.buckets(input.buckets);
  const paths = Array.from({ length: input.buckets }, (_, index) => join(input.dir, `lines-${index}`));
  const files = paths.map((path) => openSync(path, "w"));
  const held = files.map(() => Buffer.allocUnsafe(FLUSH_BYTES));
  const sizes = new Int32Array(files.length);
  const write = (file: number, bytes: Buffer): void => {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  };
  const flush = (bucket: number): void => {
    write(files[bucket] ?? -1, (held[bucket] ?? NEWLINE).subarray(0, sizes[bucket]));
    sizes[bucket] = 0;
  };
  try {
    let index = 0;
    await readLines(input.file, {
      line: (bytes, number) => {
        const bucket = bucketOf[index++] ?? 0;
        const buffer = held[bucket];
        if (buffer === undefined) return;
        const size = bytes.length + MOST_PREFIX;
        if ((sizes[bucket] ?? 0) + size > FLUSH_BYTES) flush(bucket);
        if (size > FLUSH_BYTES)
          return write(files[bucket] ?? -1, Buffer.concat([Buffer.from(`${number}\t`), bytes, NEWLINE]));
        let at = sizes[bucket] ?? 0;
        at += buffer.write(`${number}\t`, at, "latin1");
        at += bytes.copy(buffer, at);
        buffer[at++] = 0x0a;
        sizes[bucket] = at;
      },
      fault: () => {},
      progress: (bytes) => input.progress(before + bytes),
    });
    for (const bucket of files.keys()) flush(bucket);
  } finally {
    for (const file of files) closeSync(file);
  }
  return paths;
}

const NEWLINE = Buffer.from("\n");

/** The lines of a spilled bucket. */
export function* spilledLines(text: string): Generator<Line> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    const tab = text.indexOf("\t", at);
    yield { number: Number(text.slice(at, tab)), text: text.slice(tab + 1, end) };
    at = end + 1;
  }
}
