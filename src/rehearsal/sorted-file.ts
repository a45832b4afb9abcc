/** Sorted rows on disk, and many such files read as one. */
import { closeSync, openSync, readSync, writeFileSync } from "node:fs";
import { compareRows } from "./bucket.ts";
import type { SortedRow } from "./types.ts";

const CHUNK = 1 << 17;

/** JSON leaves no tab and no line break unescaped. */
export function writeRows(path: string, rows: readonly SortedRow[]): void {
  const parts: string[] = [];
  for (const { at, buyer, step, json } of rows)
    parts.push(`${at}\t${JSON.stringify(buyer)}\t${JSON.stringify(step)}\t${json}\n`);
  writeFileSync(path, parts.join(""));
}

function toRow(line: string): SortedRow {
  const one = line.indexOf("\t");
  const two = line.indexOf("\t", one + 1);
  const three = line.indexOf("\t", two + 1);
  return {
    at: Number(line.slice(0, one)),
    buyer: text(line.slice(one + 1, two)),
    step: text(line.slice(two + 1, three)),
    json: line.slice(three + 1),
  };
}

const text = (json: string): string => (json.includes("\\") ? (JSON.parse(json) as string) : json.slice(1, -1));

function* readRows(path: string): Generator<SortedRow> {
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.alloc(CHUNK);
    let rest = Buffer.alloc(0);
    for (;;) {
      const size = readSync(file, chunk);
      if (size === 0) break;
      const bytes = Buffer.concat([rest, chunk.subarray(0, size)]);
      const end = bytes.lastIndexOf(0x0a) + 1;
      rest = Buffer.from(bytes.subarray(end));
      if (end === 0) continue;
      for (const line of bytes.toString("utf8", 0, end - 1).split("\n")) yield toRow(line);
    }
  } finally {
    closeSync(file);
  }
}

/** The rows of all the files in order. */
export function* mergeRows(paths: readonly string[]): Generator<SortedRow> {
  const heads: { row: SortedRow; rest: Generator<SortedRow> }[] = [];
  const sink = (from: number): void => {
    for (let at = from; ; ) {
      const left = at * 2 + 1;
      let least = at;
      for (const child of [left, left + 1]) if (isLess(child, least)) least = child;
      if (least === at) return;
      swap(at, least);
      at = least;
    }
  };
  const isLess = (a: number, b: number): boolean => {
    const [one, other] = [heads[a], heads[b]];
    return one !== undefined && other !== undefined && compareRows(one.row, other.row) < 0;
  };
  const swap = (a: number, b: number): void => {
    const [one, other] = [heads[a], heads[b]];
    if (one !== undefined && other !== undefined) [heads[a], heads[b]] = [other, one];
  };
  for (const path of paths) {
    const rest = readRows(path);
    const first = rest.next();
    if (!first.done) heads.push({ row: first.value, rest });
  }
  for (let at = heads.length >> 1; at >= 0; at--) sink(at);
  for (let head = heads[0]; head !== undefined; head = heads[0]) {
    yield head.row;
    const next = head.rest.next();
    if (next.done) {
      const last = heads.pop();
      if (last !== undefined && last !== head) heads[0] = last;
    } else head.row = next.value;
    sink(0);
  }
}
