/** Looks at the first bytes of a file: is it an order file at all? */
import { closeSync, openSync, readSync } from "node:fs";
import { foreignFile, HEAD_BYTES } from "../../core/text/foreign-file.ts";

/** The fault and the remedy; null: its lines are worth a look. Throws what the file system throws. */
export function foreignFileAt(file: string): string | null {
  const head = Buffer.alloc(HEAD_BYTES + 1);
  const open = openSync(file, "r");
  try {
    let size = 0;
    for (let read = -1; read !== 0 && size < head.length; size += read)
      read = readSync(open, head, size, head.length - size, size);
    return foreignFile(head.subarray(0, Math.min(size, HEAD_BYTES)), size <= HEAD_BYTES);
  } finally {
    closeSync(open);
  }
}
