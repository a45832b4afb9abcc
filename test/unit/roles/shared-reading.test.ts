import { expect, it } from "vitest";
import { sharedReading } from "../../../src/roles/chores/shared-reading.ts";

it("reads once for all gauges of a scrape, and says when that fails", async () => {
  const warned: unknown[] = [];
  let reads = 0;
  const read = async () => {
    if (++reads === 2) throw new Error("no database");
    return reads;
  };
  const reading = sharedReading(read, { warn: (...args: unknown[]) => warned.push(args) }, "not read");
  expect(await Promise.all([reading(), reading()])).toEqual([1, 1]);
  expect(await Promise.all([reading(), reading()])).toEqual([null, null]);
  expect(warned).toMatchObject([[{ err: { message: "no database" } }, "not read"]]);
  expect(await reading()).toBe(3);
});
