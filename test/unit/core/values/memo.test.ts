import { expect, test, vi } from "vitest";
import { memo } from "../../../../src/core/values/memo.ts";

test("a result is made once, null and 0 included", () => {
  const make = vi.fn((key: string) => (key === "" ? null : key.length - 1));
  const remembered = memo(10, make);
  for (const key of ["", "a", "abc", "", "a", "abc"]) remembered(key);
  expect(remembered("")).toBeNull();
  expect(remembered("a")).toBe(0);
  expect(remembered("abc")).toBe(2);
  expect(make).toHaveBeenCalledTimes(3);
});

test("at the limit all results are forgotten, and the newest is kept", () => {
  const make = vi.fn((key: number) => key * 2);
  const remembered = memo(3, make);
  for (const key of [1, 2, 3, 1, 2, 3]) remembered(key);
  expect(make).toHaveBeenCalledTimes(3);
  expect(remembered(4)).toBe(8);
  expect(remembered(4)).toBe(8);
  expect(make).toHaveBeenCalledTimes(4);
  expect(remembered(1)).toBe(2);
  expect(make).toHaveBeenCalledTimes(5);
});
