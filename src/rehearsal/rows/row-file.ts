/**
 * Sorted rows on disk. A row: its time (float64), the bytes of buyer and step (uint16 each) and of its JSON (uint32), then these three;
 * buyer and step in UTF-16, which keeps every string. The JSON stays bytes from here to the output, since its text is not needed.
 */
import { closeSync, openSync, readSync, writeFileSync } from "node:fs";
import { compareRows, type Row } from "./rows.ts";

const HEADER = 16;
const CHUNK = 1 << 17;
const FIRST_SIZE = 1 << 20;

/** Collects rows in any order, and writes them sorted. */
export type RowPacker = { add(rows: readonly Row[]): void; write(path: string): void };

export function packRows(): RowPacker {
  let bytes = Buffer.allocUnsafe(FIRST_SIZE);
  let used = 0;
  const places: { at: number; buyer: string; step: string; start: number; end: number }[] = [];
  return {
    add(rows) {
      for (const { at, buyer, step, json } of rows) {
        const text = json.toString();
        if (used + text.length * 3 > bytes.length) {
          const bigger = Buffer.allocUnsafe((used + text.length * 3) * 2);
          bytes.copy(bigger, 0, 0, used);
          bytes = bigger;
        }
        const start = used;
        used += bytes.write(text, used);
        places.push({ at, buyer, step, start, end: used });
      }
    },
    write(path) {
      const rows = places.map(({ at, buyer, step, start, end }) => ({
        at,
        buyer,
        step,
        json: bytes.subarray(start, end),
      }));
      writeFileSync(path, inOneBuffer(rows.sort(compareRows)));
    },
  };
}

type Packed = Row & { readonly json: Buffer };

function inOneBuffer(rows: readonly Packed[]): Buffer {
  let size = 0;
  for (const { buyer, step, json } of rows) size += HEADER + (buyer.length + step.length) * 2 + json.length;
  const out = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { at: time, buyer, step, json } of rows) {
    out.writeDoubleLE(time, at);
    out.writeUInt16LE(buyer.length * 2, at + 8);
    out.writeUInt16LE(step.length * 2, at + 10);
    out.writeUInt32LE(json.length, at + 12);
    at += HEADER;
    at += out.write(buyer, at, "utf16le");
    at += out.write(step, at, "utf16le");
    at += json.copy(out, at);
  }
  return out;
}

/** A reader of such a file. Buyer and step become strings only if they are read: where times are equal. */
export type RowCursor = Packed & {
  /** Moves to the next row; false: the file has ended and is closed. */
  next(): boolean;
};

/** Starts before the first row. */
export function openRows(path: string): RowCursor {
  const file = openSync(path, "r");
  let bytes: Buffer = Buffer.alloc(0);
  let [start, buyerEnd, stepEnd, end] = [0, 0, 0, 0];
  let [buyer, step]: (string | null)[] = [null, null];
  /** Loads `size` bytes from `start` on; false: the file is shorter. Each piece is a new buffer: returned rows keep the old one. */
  const load = (size: number): boolean => {
    const left = bytes.length - start;
    if (left >= size) return true;
    const piece = Buffer.allocUnsafe(Math.max(CHUNK, size));
    bytes.copy(piece, 0, start);
    const read = readSync(file, piece, left, piece.length - left, null);
    bytes = piece.subarray(0, left + read);
    start = 0;
    return bytes.length >= size;
  };
  return {
    at: 0,
    json: bytes,
    get buyer() {
      buyer ??= bytes.toString("utf16le", start + HEADER, buyerEnd);
      return buyer;
    },
    get step() {
      step ??= bytes.toString("utf16le", buyerEnd, stepEnd);
      return step;
    },
    next() {
      start = end;
      if (!load(HEADER)) {
        closeSync(file);
        return false;
      }
      load(HEADER + bytes.readUInt16LE(start + 8) + bytes.readUInt16LE(start + 10) + bytes.readUInt32LE(start + 12));
      buyerEnd = start + HEADER + bytes.readUInt16LE(start + 8);
      stepEnd = buyerEnd + bytes.readUInt16LE(start + 10);
      end = stepEnd + bytes.readUInt32LE(start + 12);
      [buyer, step] = [null, null];
      this.at = bytes.readDoubleLE(start);
      this.json = bytes.subarray(stepEnd, end);
      return true;
    },
  } as { -readonly [K in keyof RowCursor]: RowCursor[K] };
}
