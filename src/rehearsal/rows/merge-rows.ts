/** Many sorted files of rows read as one: a heap of readers, the least row on top. */
import { openRows, type RowCursor } from "./row-file.ts";
import { compareRows } from "./rows.ts";

/** The rows of all the files in order, each as the bytes of its JSON. */
export function* mergeRows(paths: readonly string[]): Generator<Buffer> {
  const heap = paths.map(openRows).filter((cursor) => cursor.next());
  for (let at = heap.length >> 1; at >= 0; at--) sink(heap, at);
  for (let least = heap[0]; least !== undefined; least = heap[0]) {
    yield least.json;
    if (!least.next()) {
      const last = heap.pop();
      if (last !== undefined && last !== least) heap[0] = last;
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
    let least = heap[child];
    const right = heap[child + 1];
    if (least !== undefined && right !== undefined && compareRows(right, least) < 0) {
      least = right;
      child++;
    }
    if (least === undefined || compareRows(moved, least) <= 0) break;
    heap[at] = least;
    at = child;
  }
  heap[at] = moved;
}
