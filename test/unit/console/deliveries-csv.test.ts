import { expect, it } from "vitest";
import { csvOf } from "../../../src/console/pages/deliveries/csv.ts";

it("writes no cell that a spreadsheet takes for a formula", () => {
  const cells = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", 'a "b", c', -5, null];
  expect(csvOf(["a"], [cells])).toBe(
    `\uFEFFa\r\n'=cmd|' /C calc'!A0,'+1,'-1,'@SUM(1),'\t=1,"'\r=1","a ""b"", c",-5,\r\n`,
  );
});
