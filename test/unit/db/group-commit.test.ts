import { describe, expect, it } from "vitest";
import { groupCommit } from "../../../src/db/group-commit.ts";

/** Batches that end when the test says so. */
function bench(options: { max?: number; lanes?: number; enough?: number; sizeOf?: (item: number) => number } = {}) {
  const batches: { items: readonly number[]; end: () => void; fail: (error: Error) => void }[] = [];
  const group = groupCommit<number, string>({
    max: options.max ?? 3,
    lanes: options.lanes ?? 1,
    ...(options.enough ? { enough: options.enough } : {}),
    ...(options.sizeOf ? { sizeOf: options.sizeOf } : {}),
    run: (items) =>
      new Promise((resolve, reject) => {
        batches.push({ items, end: () => resolve(items.map((item) => `r${item}`)), fail: reject });
      }),
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return { batches, group, turn, items: () => batches.map(({ items }) => items) };
}

describe("group commit", () => {
  it("puts items that arrive together into one batch, and answers each with its own result", async () => {
    const { group, batches, turn, items } = bench();
    const answers = Promise.all([1, 2].map((n) => group.submit(n)));
    expect(group.pending).toBe(2);
    await turn();
    expect(items()).toEqual([[1, 2]]);
    batches[0]?.end();
    expect(await answers).toEqual(["r1", "r2"]);
    expect(group.pending).toBe(0);
  });

  it("collects items in order while a batch runs, up to the limit", async () => {
    const { group, batches, turn, items } = bench();
    const all = [group.submit(1)];
    await turn();
    for (const n of [2, 3, 4, 5]) all.push(group.submit(n));
    await turn();
    expect(items()).toEqual([[1]]);
    batches[0]?.end();
    await turn();
    batches[1]?.end();
    await turn();
    batches[2]?.end();
    expect(await Promise.all(all)).toEqual(["r1", "r2", "r3", "r4", "r5"]);
    expect(items()).toEqual([[1], [2, 3, 4], [5]]);
  });

  it("runs as many batches at a time as there are lanes", async () => {
    const { group, batches, turn, items } = bench({ lanes: 2, max: 1 });
    const all = [1, 2, 3].map((n) => group.submit(n));
    await turn();
    expect(items()).toEqual([[1], [2]]);
    batches[1]?.end();
    await turn();
    expect(items()).toEqual([[1], [2], [3]]);
    batches[0]?.end();
    batches[2]?.end();
    expect(await Promise.all(all)).toEqual(["r1", "r2", "r3"]);
  });

  it("begins a second batch only when enough is queued", async () => {
    const { group, batches, turn, items } = bench({ max: 9, lanes: 2, enough: 3 });
    const all = [group.submit(1)];
    await turn();
    for (const n of [2, 3]) all.push(group.submit(n));
    await turn();
    expect(items()).toEqual([[1]]);
    all.push(group.submit(4));
    await turn();
    expect(items()).toEqual([[1], [2, 3, 4]]);
    all.push(group.submit(5));
    await turn();
    batches[1]?.end();
    await turn();
    expect(items()).toHaveLength(2);
    batches[0]?.end();
    await turn();
    expect(items()).toEqual([[1], [2, 3, 4], [5]]);
    batches[2]?.end();
    expect(await Promise.all(all)).toHaveLength(5);
  });

  it("rejects only the items of a batch that fails, and goes on", async () => {
    const { group, batches, turn } = bench({ max: 2 });
    const all = Promise.allSettled([1, 2, 3].map((n) => group.submit(n)));
    await turn();
    batches[0]?.fail(new Error("out"));
    await turn();
    batches[1]?.end();
    expect((await all).map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
    expect(group.pending).toBe(0);
  });

  it("counts items by their size, and runs one that is too big alone", async () => {
    const { group, batches, turn, items } = bench({ max: 10, sizeOf: (item) => item });
    const all = [4, 6, 1, 50, 2].map((n) => group.submit(n));
    for (let n = 0; n < 4; n++) {
      await turn();
      batches[n]?.end();
    }
    await Promise.all(all);
    expect(items()).toEqual([[4, 6], [1], [50], [2]]);
  });
});
