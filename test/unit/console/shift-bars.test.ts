import { expect, it } from "vitest";
import { barsOf } from "../../../src/console/pages/follow-up/lead/shift-bars.ts";

const hours = (shift: Parameters<typeof barsOf>[0]) =>
  barsOf(shift).map(({ begin, end }) => [Math.round(begin * 168), Math.round(end * 168)]);

it("draws shifts over midnight into the next day, and that of Sunday into the Monday before", () => {
  expect(hours({ weekdays: ["mon", "wed"], from: "09:00", to: "17:00" })).toEqual([
    [9, 17],
    [57, 65],
  ]);
  expect(hours({ weekdays: ["mon"], from: "22:00", to: "06:00" })).toEqual([[22, 30]]);
  expect(hours({ weekdays: ["sun"], from: "22:00", to: "06:00" })).toEqual([
    [166, 168],
    [0, 6],
  ]);
  expect(hours({ weekdays: ["sun"], from: "12:00", to: "00:00" })).toEqual([[156, 168]]);
});
