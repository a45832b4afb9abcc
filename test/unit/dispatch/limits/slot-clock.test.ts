import { describe, expect, it } from "vitest";
import { createSlotClock } from "../../../../src/dispatch/limits/slot-clock.ts";

describe("the clock of slots", () => {
  const DIFFERENCE = 1_000_000;

  it("takes the middle of one answer, and gets better with each that is quicker on one side", () => {
    const clock = createSlotClock();
    // Asked at 0, said at 30, read at 100.
    clock.note(0, DIFFERENCE + 30, 100);
    expect(clock.toMonotonic(DIFFERENCE)).toBeCloseTo(20, 6);
    // Read late: it bounds the other side.
    clock.note(200, DIFFERENCE + 201, 400);
    expect(clock.toMonotonic(DIFFERENCE)).toBeCloseTo(34.5, 0);
    clock.note(500, DIFFERENCE + 520, 521);
    expect(Math.abs(clock.toMonotonic(DIFFERENCE))).toBeLessThan(1);
    // A bad answer changes nothing.
    clock.note(600, DIFFERENCE + 700, 900);
    expect(Math.abs(clock.toMonotonic(DIFFERENCE))).toBeLessThan(1);
  });

  it("follows clocks that run apart", () => {
    const clock = createSlotClock();
    for (let n = 0; n < 1_000; n++) {
      const at = n * 1_000;
      const difference = DIFFERENCE + at * 0.0004;
      clock.note(at, difference + at + 1, at + 2);
      expect(Math.abs(clock.toMonotonic(difference + at) - at)).toBeLessThan(2);
    }
  });

  it.each([-3_600_000, 3_600_000])("forgets what it knew when a clock is set by %i ms", (step) => {
    const clock = createSlotClock();
    clock.note(0, DIFFERENCE + 1, 2);
    clock.note(1_000, DIFFERENCE + 1_001 + step, 1_002);
    expect(clock.toMonotonic(DIFFERENCE + step)).toBeCloseTo(0, 6);
  });
});
