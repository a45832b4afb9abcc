import { expect, it } from "vitest";
import { quickTimes } from "../../../src/console/pages/follow-up/quick-times.ts";

it.each([
  ["2026-11-10T19:59:59+08:00", "Asia/Shanghai", ["2026-11-10 20:00", "2026-11-11 10:00"]],
  ["2026-11-10T20:00:00+08:00", "Asia/Shanghai", ["2026-11-11 10:00", "2026-11-11 20:00"]],
  ["2026-12-31T23:59:59+08:00", "Asia/Shanghai", ["2027-01-01 10:00", "2027-01-01 20:00"]],
  ["2027-01-01T00:00:00+08:00", "Asia/Shanghai", ["2027-01-01 20:00", "2027-01-02 10:00"]],
  ["2028-02-28T20:00:00-05:00", "America/New_York", ["2028-02-29 10:00", "2028-02-29 20:00"]],
  ["2026-11-10T19:59:59Z", "UTC", ["2026-11-10 20:00", "2026-11-11 10:00"]],
  ["2026-11-10T19:59:59+08:00", "Etc/GMT-8", ["2026-11-10 20:00", "2026-11-11 10:00"]],
])("at %s in %s the next two times are offered, and none that has passed", (now, zone, times) => {
  expect(quickTimes(zone, Date.parse(now)).map(([, time]) => time)).toEqual(times);
});

it.each([
  // Clocks go back at 3:00, and the day has 25 hours.
  ["2026-10-24T23:30:00+02:00", "Europe/Berlin", ["2026-10-25 10:00", "2026-10-25 20:00"]],
  ["2026-10-25T00:30:00+02:00", "Europe/Berlin", ["2026-10-25 20:00", "2026-10-26 10:00"]],
  ["2026-10-25T02:30:00+02:00", "Europe/Berlin", ["2026-10-25 20:00", "2026-10-26 10:00"]],
  ["2026-10-25T02:30:00+01:00", "Europe/Berlin", ["2026-10-25 20:00", "2026-10-26 10:00"]],
  ["2026-10-25T23:30:00+01:00", "Europe/Berlin", ["2026-10-26 10:00", "2026-10-26 20:00"]],
  // Clocks go forward at midnight: the day begins at 1:00.
  ["2026-09-05T23:59:00-04:00", "America/Santiago", ["2026-09-06 10:00", "2026-09-06 20:00"]],
  ["2026-09-06T01:00:00-03:00", "America/Santiago", ["2026-09-06 20:00", "2026-09-07 10:00"]],
  // Clocks go forward at 2:00, and the day has 23 hours.
  ["2026-03-28T23:30:00+01:00", "Europe/Berlin", ["2026-03-29 10:00", "2026-03-29 20:00"]],
])("at %s in %s, where clocks change, the days are those of the calendar", (now, zone, times) => {
  expect(quickTimes(zone, Date.parse(now)).map(([, time]) => time)).toEqual(times);
});
