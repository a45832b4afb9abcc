import { parse, stringify, validate, version } from "uuid";
import { expect, it } from "vitest";
import { newId } from "../../../src/db/ids.ts";

it("makes ids in order, also many within a millisecond", () => {
  const ids = Array.from({ length: 20_000 }, newId);
  expect(ids.every((id) => validate(id) && version(id) === 7 && stringify(parse(id)) === id)).toBe(true);
  expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? ""))).toBe(true);
});
