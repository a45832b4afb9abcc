import { expect, it } from "vitest";
import { createStrangers } from "../../../../../src/http/kit/body/strangers.ts";

it("drops the body that was silent longest when all together hold too much", () => {
  const strangers = createStrangers(100);
  const dropped: string[] = [];
  const enter = (name: string) => strangers.enter(() => dropped.push(name));
  const [a, b, c] = [enter("a"), enter("b"), enter("c")];
  a.grow(40);
  b.grow(40);
  a.grow(10);
  c.grow(10);
  expect(dropped).toEqual([]);
  c.grow(10);
  expect(dropped).toEqual(["b"]);
  b.grow(99);
  b.leave();
  a.leave();
  a.leave();
  enter("d").grow(80);
  expect(dropped).toEqual(["b"]);
  enter("e").grow(101);
  expect(dropped).toEqual(["b", "c", "d", "e"]);
});
