/** Reads many sorted files of rows as one: a heap of readers with the first row on top. */
import { openRows, type RowCursor } from "./row-file.ts";
import { compareRows } from "./rows.ts";

/** The rows of all the files in order, each as the bytes of its JSON. */
export function* mergeRows(paths: readonly string[]): Generator<Buffer> {
  const heap = paths.map(openRows).filter((cursor) => cursor.next());
  for (let at = heap.length >> 1; at >= 0; at--) sink(heap, at);
  for (let first = heap[0]; first !== undefined; first = heap[0]) {
    yield first.json;
    if (!first.next()) {
      const last = heap.pop();
      if (last !== undefined && last !== first) heap[0] = last;
    }
    sink(heap, 0);
  }
}

function sink(heap: RowCursor[], from: number): void {
  const moved = heap[from];
  if (moved === undefined) return;
  let at = from;
  for (;;) {
    let child = at * 2 + 1;
    let first = heap[child];
    const right = heap[child + 1];
    if (first !== undefined && right !== undefined && compareRows(right, first) < 0) {
      first = right;
      child++;
    }
    if (first === undefined || compareRows(moved, first) <= 0) break;
    heap[at] = first;
    at = child;
  }
  heap[at] = moved;
}
