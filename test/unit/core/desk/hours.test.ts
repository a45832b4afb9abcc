import { describe, expect, it } from "vitest";
import { timeOnShift, wageOf } from "../../../../src/core/desk/hours.ts";
import { type Shift, WEEKDAYS } from "../../../../src/core/desk/shifts.ts";
import { HOUR } from "../../../../src/core/values/duration.ts";

const shift = (from: string, to: string, zone: string, weekdays: Shift["weekdays"] = WEEKDAYS): Shift => ({
  ...{ person: "vera", weekdays, from, to, zone },
});
const hours = (shifts: readonly Shift[], from: string, to: string) =>
  timeOnShift(shifts, Date.parse(from), Date.parse(to)) / HOUR;

describe("timeOnShift", () => {
  it("has the length that the clocks give a night on which they change", () => {
    const night = [shift("22:00", "06:00", "Europe/Berlin")];
    expect(hours(night, "2026-03-27T12:00:00Z", "2026-03-28T12:00:00Z")).toBe(8);
    expect(hours(night, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z")).toBe(7);
    expect(hours(night, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z")).toBe(9);
    // A whole week with the change in it.
    expect(hours(night, "2026-10-19T12:00:00Z", "2026-10-26T12:00:00Z")).toBe(7 * 8 + 1);
  });

  it("cuts at both ends of the period, and takes a shift of the day before", () => {
    const night = [shift("22:00", "06:00", "Asia/Shanghai", ["mon"])];
    // Monday 22:00 is 14:00 UTC; Tuesday 06:00 is 22:00 UTC.
    expect(hours(night, "2026-11-09T20:00:00Z", "2026-11-10T20:00:00Z")).toBe(2);
    expect(hours(night, "2026-11-09T00:00:00Z", "2026-11-09T15:30:00Z")).toBe(1.5);
    expect(hours(night, "2026-11-10T00:00:00Z", "2026-11-16T00:00:00Z")).toBe(0);
    expect(hours(night, "2026-11-09T16:00:00Z", "2026-11-09T16:00:00Z")).toBe(0);
  });

  it("counts shifts that overlap once", () => {
    const both = [shift("08:00", "12:00", "UTC"), shift("10:00", "14:00", "UTC"), shift("11:00", "11:30", "UTC")];
    expect(hours(both, "2026-11-10T00:00:00Z", "2026-11-11T00:00:00Z")).toBe(6);
  });
});

describe("wageOf", () => {
  it.each([
    ["60.00", "CNY", 8, 48_000n],
    ["0.333333", "EUR", 3, 100n],
    ["1500", "JPY", 1.5, 2_250n],
    ["5", "KWD", 2, 10_000n],
    ["60", "CNY", 0, 0n],
  ] as const)("%s %s for %d hours", (amount, currency, time, minor) => {
    expect(wageOf(time * HOUR, { amount, currency })).toBe(minor);
  });
});
