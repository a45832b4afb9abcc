import { expect, it } from "vitest";
import { dueResults } from "../../../../src/core/notices/daily-result.ts";
import { HOUR, MINUTE } from "../../../../src/core/values/duration.ts";

const days = (now: string, at: number, zone = "Asia/Shanghai") =>
  dueResults(Date.parse(now), [{ shop: "acme", zone, at }]).map(({ day }) => day);

it.each([
  ["2026-11-29T08:59:59.999+08:00", []],
  ["2026-11-29T09:00:00+08:00", ["2026-11-29"]],
  ["2026-11-29T23:59:59.999+08:00", ["2026-11-29"]],
  ["2026-11-30T00:00:00+08:00", []],
])("at %s the result of these days is due: %j", (now, expected) => expect(days(now, 9 * HOUR)).toEqual(expected));

it("is that of each shop's own day", () => {
  const shops = [
    { shop: "east", zone: "Asia/Shanghai", at: 9 * HOUR },
    { shop: "west", zone: "America/New_York", at: 9 * HOUR },
  ];
  const at = (now: string) => dueResults(Date.parse(now), shops).map(({ matter }) => matter);
  expect(at("2026-11-29T01:00:00Z")).toEqual(["daily_result:east:2026-11-29", "daily_result:west:2026-11-28"]);
  expect(at("2026-11-29T14:00:00Z")).toEqual(["daily_result:east:2026-11-29", "daily_result:west:2026-11-29"]);
  expect(at("2026-11-29T17:00:00Z")).toEqual(["daily_result:west:2026-11-29"]);
});

it("comes once where the clocks change", () => {
  const half = 2 * HOUR + 30 * MINUTE;
  // In Madrid 02:30 does not exist on 29 March 2026: at 02:00 it is 03:00.
  expect(days("2026-03-29T00:59:59Z", half, "Europe/Madrid")).toEqual([]);
  expect(days("2026-03-29T01:00:00Z", half, "Europe/Madrid")).toEqual(["2026-03-29"]);
  // It comes twice on 25 October: the first time counts, and the day stays the same.
  expect(days("2026-10-25T00:29:59Z", half, "Europe/Madrid")).toEqual([]);
  for (const now of ["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"])
    expect(days(now, half, "Europe/Madrid")).toEqual(["2026-10-25"]);
});
