import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { liftOf, wilson } from "../../../../src/core/values/lift.ts";

const arm = (paid: number, orders: number) => ({ paid, orders });

describe("the lift's interval", () => {
  // R. G. Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 10.
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ])("is Newcombe's for %i/%i less %i/%i", (a, m, b, n, low, high) => {
    const found = liftOf(arm(a, m), arm(b, n));
    expect(found?.lift).toBeCloseTo(a / m - b / n, 12);
    expect(found?.low).toBeCloseTo(low, 4);
    expect(found?.high).toBeCloseTo(high, 4);
  });

  // R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])("rests on Wilson's for %i/%i", (paid, orders, low, high) => {
    expect(wilson(arm(paid, orders))?.low).toBeCloseTo(low, 4);
    expect(wilson(arm(paid, orders))?.high).toBeCloseTo(high, 4);
  });

  it("is null while an arm is empty", () => {
    expect(liftOf(arm(0, 0), arm(3, 10))).toBeNull();
    expect(liftOf(arm(3, 10), arm(0, 0))).toBeNull();
  });

  it("holds the lift, stays within [-1, 1] and turns round with the arms", () => {
    const arms = fc.integer({ min: 1, max: 5000 }).chain((n) => fc.integer({ min: 0, max: n }).map((k) => arm(k, n)));
    fc.assert(
      fc.property(arms, arms, (a, b) => {
        const there = liftOf(a, b);
        const back = liftOf(b, a);
        if (there === null || back === null) throw new Error("no interval");
        expect(there.low).toBeLessThanOrEqual(there.lift);
        expect(there.high).toBeGreaterThanOrEqual(there.lift);
        expect(there.low).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(there.high).toBeLessThanOrEqual(1 + 1e-12);
        expect(back.low).toBeCloseTo(-there.high, 12);
      }),
    );
  });
});
