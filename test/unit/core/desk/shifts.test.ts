import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Shift, shiftEnd, WEEKDAYS } from "../../../../src/core/desk/shifts.ts";
import { DAY, HOUR, MINUTE } from "../../../../src/core/values/duration.ts";

const shift = (weekdays: Shift["weekdays"], from: string, to: string, zone = "Asia/Shanghai"): Shift => ({
  ...{ person: "vera", weekdays, from, to, zone },
});
/** 2026-11-09 is a Monday. */
const at = (text: string) => Date.parse(text);
const endAt = (shifts: readonly Shift[], text: string) => {
  const end = shiftEnd(shifts, at(text));
  return end === null ? null : new Date(end).toISOString();
};

describe("a shift", () => {
  const night = [shift(["mon"], "22:00", "06:00")];
  it.each([
    ["2026-11-09T21:59:59+08:00", null],
    ["2026-11-09T22:00:00+08:00", "2026-11-09T22:00:00.000Z"],
    ["2026-11-10T05:59:59+08:00", "2026-11-09T22:00:00.000Z"],
    ["2026-11-10T06:00:00+08:00", null],
    // The night before belongs to Sunday.
    ["2026-11-09T03:00:00+08:00", null],
    ["2026-11-10T22:30:00+08:00", null],
  ])("over midnight belongs to the day on which it begins: at %s until %s", (now, end) => {
    expect(endAt(night, now)).toBe(end);
  });

  it("ends where the next one does that follows without a pause", () => {
    const day = [shift(["mon", "tue"], "08:00", "14:00"), shift(["mon"], "13:00", "22:00")];
    expect(endAt(day, "2026-11-09T08:00:00+08:00")).toBe("2026-11-09T14:00:00.000Z");
    expect(endAt([...day, ...night], "2026-11-09T08:00:00+08:00")).toBe("2026-11-09T22:00:00.000Z");
    expect(endAt(day, "2026-11-10T08:00:00+08:00")).toBe("2026-11-10T06:00:00.000Z");
  });

  it("of a person who is always there ends some day", () => {
    const always = [shift(WEEKDAYS, "00:00", "12:00"), shift(WEEKDAYS, "12:00", "00:00")];
    expect(shiftEnd(always, at("2026-11-09T08:00:00Z"))).toBeGreaterThan(at("2026-12-09T08:00:00Z"));
  });

  it.each([
    // Clocks go back from 03:00 to 02:00 on Sunday, October 25: the night is an hour longer.
    ["sat", "22:00", "06:00", "2026-10-24T20:00:00Z", 9 * HOUR],
    // It ends when the clock first shows 02:30.
    ["sat", "22:00", "02:30", "2026-10-24T20:00:00Z", 4.5 * HOUR],
    ["sun", "02:30", "04:00", "2026-10-25T00:30:00Z", 2.5 * HOUR],
    // Clocks go forward from 02:00 to 03:00 on Sunday, March 29: an hour shorter.
    ["sat", "22:00", "06:00", "2026-03-28T21:00:00Z", 7 * HOUR],
    ["sat", "22:00", "02:30", "2026-03-28T21:00:00Z", 4 * HOUR],
    ["sun", "02:30", "04:00", "2026-03-29T01:00:00Z", HOUR],
  ] as const)("is as long as the clocks make it: %s %s to %s from %s", (day, from, to, begins, length) => {
    const madrid = [shift([day], from, to, "Europe/Madrid")];
    const start = at(begins);
    expect(shiftEnd(madrid, start - 1)).toBeNull();
    expect(shiftEnd(madrid, start)).toBe(start + length);
    expect(shiftEnd(madrid, start + length - 1)).toBe(start + length);
    expect(shiftEnd(madrid, start + length)).toBeNull();
  });

  it("that the clock leaves out has no moment", () => {
    const gone = [shift(["sun"], "02:10", "02:50", "Europe/Madrid")];
    for (const minutes of [-30, 0, 10, 30, 50, 70])
      expect(shiftEnd(gone, at("2026-03-29T01:00:00Z") + minutes * MINUTE)).toBeNull();
  });

  it("holds every moment up to its end, whatever the zone", () => {
    const clock = fc.integer({ min: 0, max: 95 }).map((quarter) => {
      const [hour, minute] = [Math.floor(quarter / 4), (quarter % 4) * 15];
      return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
    });
    const any = fc.record({
      person: fc.constant("vera"),
      weekdays: fc.subarray([...WEEKDAYS], { minLength: 1 }),
      ...{ from: clock, to: clock },
      zone: fc.constantFrom(
        "Asia/Shanghai",
        "Europe/Madrid",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Pacific/Apia",
      ),
    });
    fc.assert(
      fc.property(
        fc.array(any, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: at("2026-01-01T00:00:00Z"), max: at("2026-12-31T00:00:00Z") }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (shifts, now, part) => {
          const end = shiftEnd(shifts, now);
          // A person who is always there.
          if (end === null || end - now > 20 * DAY) return;
          expect(end).toBeGreaterThan(now);
          expect(shiftEnd(shifts, Math.min(end - 1, Math.floor(now + (end - now) * part)))).toBe(end);
        },
      ),
    );
  });
});
