import { expect, it } from "vitest";
import { quickTimes } from "../../../src/console/pages/follow-up/quick-times.ts";

it.each([
  ["2026-11-10T19:59:59+08:00", ["2026-11-10 20:00", "2026-11-11 10:00"]],
  ["2026-11-10T20:00:00+08:00", ["2026-11-11 10:00", "2026-11-11 20:00"]],
  ["2026-12-31T23:59:59+08:00", ["2027-01-01 10:00", "2027-01-01 20:00"]],
  ["2027-01-01T00:00:00+08:00", ["2027-01-01 20:00", "2027-01-02 10:00"]],
  ["2028-02-28T20:00:00-05:00", ["2028-02-29 10:00", "2028-02-29 20:00"]],
  ["2026-11-10T19:59:59Z", ["2026-11-10 20:00", "2026-11-11 10:00"]],
])("at %s on the clock of the shop the next two times are offered, and none that has passed", (now, times) => {
  expect(quickTimes(now, Date.parse(now)).map(([, time]) => time)).toEqual(times);
});
