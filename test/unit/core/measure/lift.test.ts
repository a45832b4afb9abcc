import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alwaysValid, buyersNeeded, liftOf, type Stratum, wilson } from "../../../../src/core/measure/lift.ts";

const arm = (paid: number, n: number) => ({ paid, n });
const two = (a: number, m: number, b: number, n: number): Stratum => ({
  treated: arm(a, m),
  held: arm(b, n),
  weight: m,
});

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
    const found = liftOf([two(a, m, b, n)]);
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
  ])("rests on Wilson's for %i/%i", (paid, n, low, high) => {
    expect(wilson(arm(paid, n))?.low).toBeCloseTo(low, 4);
    expect(wilson(arm(paid, n))?.high).toBeCloseTo(high, 4);
  });

  // Computed by another program, by the formula of Yan and Su (2010).
  it.each<[string, Stratum[], number, number, number]>([
    ["of unlike shares held out", [two(45, 90, 5, 10), two(5, 50, 5, 50)], 0, -0.187, 0.187],
    ["one without a holdout", [two(9, 90, 0, 0), two(10, 20, 10, 20)], 0, -0.2838, 0.2838],
    ["of one effect", [two(315, 900, 30, 100), two(90, 300, 75, 300)], 0.05, -0.0275, 0.1176],
    ["one alone", [two(56, 70, 48, 80)], 0.2, 0.0524, 0.3339],
  ])("of strata: %s", (_, strata, lift, low, high) => {
    const found = liftOf(strata);
    expect(found?.lift).toBeCloseTo(lift, 4);
    expect(found?.low).toBeCloseTo(low, 4);
    expect(found?.high).toBeCloseTo(high, 4);
    expect((found?.treated ?? 9) - (found?.held ?? 0)).toBeCloseTo(lift, 12);
  });

  it("is null while no stratum has both arms", () => {
    expect(liftOf([])).toBeNull();
    expect(liftOf([two(0, 0, 3, 10), two(3, 10, 0, 0)])).toBeNull();
  });

  it("holds the lift, stays within [-1, 1] and turns round with the arms", () => {
    const arms = fc.integer({ min: 1, max: 5000 }).chain((n) => fc.integer({ min: 0, max: n }).map((k) => arm(k, n)));
    const strata = fc.array(fc.tuple(arms, arms, fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(strata, (given) => {
        const there = liftOf(given.map(([treated, held, weight]) => ({ treated, held, weight })));
        const back = liftOf(given.map(([held, treated, weight]) => ({ treated, held, weight })));
        if (there === null || back === null) throw new Error("no interval");
        for (const { low, high } of [there, alwaysValid(there)]) {
          expect(low).toBeLessThanOrEqual(there.lift);
          expect(high).toBeGreaterThanOrEqual(there.lift);
          expect(low).toBeGreaterThanOrEqual(-1);
          expect(high).toBeLessThanOrEqual(1);
        }
        expect(back.low).toBeCloseTo(-there.high, 12);
      }),
    );
  });
});

// Computed by another program, by the formula of Johari and others (2017) with τ = 0.1.
it.each([
  [two(315, 900, 30, 100), 0.0485, 0.1491],
  [two(3150, 9000, 300, 1000), 0.0153, 0.0485],
])("the interval for daily looks", (stratum, error, half) => {
  const found = liftOf([stratum]);
  if (found === null) throw new Error("no lift");
  expect(found.error).toBeCloseTo(error, 4);
  const { low, high } = alwaysValid(found);
  expect((high - low) / 2).toBeCloseTo(half, 4);
  expect((high + low) / 2).toBeCloseTo(0.05, 12);
});

it("the interval for daily looks has a width where nobody or everybody paid", () => {
  for (const stratum of [two(0, 40, 0, 10), two(40, 40, 10, 10)]) {
    const found = liftOf([stratum]);
    if (found === null) throw new Error("no lift");
    const { low, high } = alwaysValid(found);
    expect(high - low).toBeGreaterThan(0.3);
  }
});

// For a power of 80%; a simulation with these sizes saw the effect in 73 to 81% of all runs.
it.each([
  [0.3, 0.35, 0.1, 7_387],
  [0.3, 0.35, 0.05, 13_938],
  [0.3, 0.35, 0.2, 4_190],
  [0.3, 0.45, 0.1, 829],
  [0.05, 0.07, 0.1, 10_740],
  [0.3, 0.27, 0.2, 11_306],
])("from %d to %d with %d held out it takes %i buyers", (held, treated, heldOut, buyers) =>
  expect(buyersNeeded(treated, held, heldOut)).toBe(buyers),
);

it("no number of buyers shows an effect that is not there", () => expect(buyersNeeded(0.3, 0.3, 0.1)).toBeNull());

it("raises few false alarms, over all outcomes of 200 buyers who pay alike in both arms", () => {
  const logs = [0];
  for (let n = 1; n <= 200; n++) logs.push((logs[n - 1] ?? 0) + Math.log(n));
  const log = (n: number) => logs[n] ?? 0;
  const chance = (n: number, k: number, p: number) =>
    Math.exp(log(n) - log(k) - log(n - k) + k * Math.log(p) + (n - k) * Math.log(1 - p));
  for (const share of [0.1, 0.3, 0.5])
    for (const heldOut of [10, 20, 40]) {
      let alarms = 0;
      for (let paid = 0; paid <= 200 - heldOut; paid++)
        for (let other = 0; other <= heldOut; other++) {
          const arms = { treated: { n: 200 - heldOut, paid }, held: { n: heldOut, paid: other }, weight: 1 };
          const found = liftOf([arms]);
          if (found !== null && (found.low > 0 || found.high < 0))
            alarms += chance(200 - heldOut, paid, share) * chance(heldOut, other, share);
        }
      expect(alarms, `${share} paid, ${heldOut} held out`).toBeLessThan(0.06);
      expect(alarms).toBeGreaterThan(0.03);
    }
});

/**
 * Every outcome of 200 buyers, with its probability: a false alarm is an interval without 0, where both arms pay alike. The interval is discrete, so no share has exactly 5%.
 */
describe("over all outcomes without an effect, false alarms", () => {
  const BUYERS = 200;
  const logs = [0];
  for (let n = 1; n <= BUYERS; n++) logs.push((logs[n - 1] ?? 0) + Math.log(n));
  const ln = (n: number) => logs[n] ?? 0;
  const chance = (n: number, k: number, share: number) =>
    Math.exp(ln(n) - ln(k) - ln(n - k) + k * Math.log(share) + (n - k) * Math.log(1 - share));
  const likely = (n: number, share: number) =>
    Array.from({ length: n + 1 }, (_, k) => ({ k, p: chance(n, k, share) })).filter(({ p }) => p > 1e-5);

  it.each([
    [0.1, 0.05, 0.0443],
    [0.1, 0.2, 0.0443],
    [0.3, 0.05, 0.0455],
    [0.3, 0.1, 0.049],
    [0.3, 0.2, 0.0498],
  ])("where %d pay and %d are held out are %d", (pays, heldOut, expected) => {
    let alarms = 0;
    for (const { k: held, p } of likely(BUYERS, heldOut).filter(({ k }) => k > 0))
      for (const b of likely(held, pays))
        for (const a of likely(BUYERS - held, pays)) {
          const found = liftOf([two(a.k, BUYERS - held, b.k, held)]);
          if ((found?.low ?? 0) > 0 || (found?.high ?? 0) < 0) alarms += p * b.p * a.p;
        }
    expect(alarms).toBeCloseTo(expected, 3);
    expect(alarms).toBeLessThan(0.05);
  });
});
