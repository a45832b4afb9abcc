/** Ids: UUID version 7, ordered by the time they were made; those of one process strictly in the order in which it made them. */
import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";

/** Random bytes drawn ahead: one system call for 256 ids. */
const SIZE = 16;
const pool = new Uint8Array(SIZE * 256);
const view = new DataView(pool.buffer);
let used = pool.length;

let msecs = 0;
/** Within a millisecond: 32 bits that begin at random in the lower half, and count on. */
let seq = 0;

export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, used + SIZE);
  const now = Date.now();
  if (now > msecs) {
    msecs = now;
    seq = view.getUint32(used) >>> 1;
  } else seq++;
  used += SIZE;
  return v7({ random, msecs, seq });
}
