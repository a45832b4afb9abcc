/** Lines and bars of `import` on stderr. */
import { expect, it } from "vitest";
import { importProgress, NOTED_EACH } from "../../../src/cli/commands/import/import-progress.ts";
import { progressBar } from "../../../src/cli/progress-bar.ts";

/** An import of rows of ten bytes, in pieces of `piece` rows, which takes a second a piece. */
function written(options: { isTTY: boolean; rows: number; piece: number; isSizeKnown?: boolean }): string[] {
  const { isTTY, rows, piece, isSizeKnown = true } = options;
  const lines: string[] = [];
  let [bytes, now] = [0, 0];
  const terminal = { isTTY, write: (text: string) => lines.push(text) };
  const tick = importProgress({
    bar: progressBar(terminal, { now: () => now, every: () => () => {} }),
    note: (text) => void lines.push(text),
    size: isSizeKnown ? rows * 10 : null,
    read: () => bytes,
  });
  const totals = (count: number) => ({ lines: count, accepted: 2 * count, duplicates: 0, rejected: 1, warnings: 0 });
  for (let count = piece; count <= rows; count += piece) {
    [bytes, now] = [count * 10, now + 1_000];
    tick(totals(count), false);
  }
  tick(totals(rows), true);
  return lines;
}

it("is a line at regular numbers of rows where there is no terminal, and a last one", () => {
  expect(NOTED_EACH).toBe(20_000);
  const file = { isTTY: false, rows: 70_000, piece: 2_500 };
  expect(written(file)).toEqual([
    "28% 40000 accepted, 0 duplicates, 1 rejected",
    "57% 80000 accepted, 0 duplicates, 1 rejected",
    "85% 120000 accepted, 0 duplicates, 1 rejected",
    "100% 140000 accepted, 0 duplicates, 1 rejected",
  ]);
  // As often when the pieces do not end there, and however long the file is.
  expect(written({ ...file, rows: 1_000_000, piece: 3_000 })).toHaveLength(1_000_000 / NOTED_EACH);
  expect(written({ ...file, rows: 100, piece: 50 })).toEqual(["100% 200 accepted, 0 duplicates, 1 rejected"]);
  expect(written({ ...file, rows: 25_000, isSizeKnown: false })).toEqual([
    "40000 accepted, 0 duplicates, 1 rejected",
    "50000 accepted, 0 duplicates, 1 rejected",
  ]);
});

it("is a bar on a terminal, redrawn with each piece, and a last line", () => {
  const clear = "\r\u001b[K";
  const file = { isTTY: true, rows: 4, piece: 1 };
  const bar = (full: number, rest: string) => `${clear}[${"#".repeat(full).padEnd(30, ".")}] ${rest}`;
  expect(written(file)).toEqual([
    bar(8, "25% 2 accepted, 0 duplicates, 1 rejected 1 s"),
    bar(15, "50% 4 accepted, 0 duplicates, 1 rejected 2 s"),
    bar(23, "75% 6 accepted, 0 duplicates, 1 rejected 3 s"),
    bar(30, "100% 8 accepted, 0 duplicates, 1 rejected 4 s"),
    clear,
    "100% 8 accepted, 0 duplicates, 1 rejected",
  ]);
  expect(written({ ...file, rows: 1, isSizeKnown: false })).toEqual([
    `${clear}2 accepted, 0 duplicates, 1 rejected 1 s`,
    clear,
    "2 accepted, 0 duplicates, 1 rejected",
  ]);
});
