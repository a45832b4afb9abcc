/** Ids: UUID version 7, ordered by the time they were made. */
import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";

/** Random bytes drawn ahead: one system call for 256 ids. */
const SIZE = 16;
const pool = new Uint8Array(SIZE * 256);
let used = pool.length;

export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += SIZE;
  return v7({ random: pool.subarray(used - SIZE, used) });
}
