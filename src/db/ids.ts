/** Ids: UUID version 7, ordered by the time they were made; those of one process strictly in the order in which it made them. */
import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";

/** Random bytes are drawn in advance: one system call for 256 ids. */
const SIZE = 16;
const pool = Buffer.alloc(SIZE * 256);
let used = pool.length;

let msecs = 0;
/** Counts the ids of a millisecond: 32 bits, from a random number in the lower half. */
let seq = 0;

const random = new Uint8Array(SIZE);
const bytes = new Uint8Array(SIZE);

export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  pool.copy(random, 0, used, used + SIZE);
  const now = Date.now();
  if (now > msecs) {
    msecs = now;
    seq = pool.readUInt32BE(used) >>> 1;
  } else seq++;
  used += SIZE;
  v7({ random, msecs, seq }, bytes);
  return write(bytes);
}

const DIGITS = Buffer.from("0123456789abcdef");
const DASH = 0x2d;
const text = Buffer.alloc(36, DASH);

/** As the library writes it, but as one flat string: its string of twenty pieces is joined again by each reader. */
function write(id: Uint8Array): string {
  let to = 0;
  for (let at = 0; at < SIZE; at++) {
    if (at === 4 || at === 6 || at === 8 || at === 10) to++;
    const byte = id[at] ?? 0;
    text[to++] = DIGITS[byte >> 4] ?? 0;
    text[to++] = DIGITS[byte & 15] ?? 0;
  }
  return text.toString("latin1");
}
