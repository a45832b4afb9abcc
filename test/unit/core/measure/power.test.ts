import { describe, expect, it } from "vitest";
import { alwaysValid, buyersNeeded, liftOf, Z80 } from "../../../../src/core/measure/lift.ts";
import { moreBuyers, suggestedHoldout } from "../../../../src/core/measure/power.ts";

const lift = (treated: readonly [number, number], held: readonly [number, number]) => {
  const [arm, other] = [treated, held].map(([paid, n]) => ({ paid, n }));
  const found = arm && other ? liftOf([{ treated: arm, held: other, weight: arm.n }]) : null;
  if (found === null) throw new Error("no lift");
  return found;
};

describe("how many buyers are missing", () => {
  // The sizes that lift.test.ts has for a fixed interval (7,387; 829), less the 1,000 that are there.
  it.each([
    [[315, 900], [30, 100], 6_387],
    [[405, 900], [30, 100], 0],
  ] as const)("for %j against %j", (treated, held, more) => {
    const found = lift(treated, held);
    expect(moreBuyers(found, 1_000, false)).toBe(more);
    const needed = buyersNeeded(found.treated, found.held, 0.1) ?? 0;
    expect(moreBuyers(found, 1_000, false)).toBe(Math.max(0, needed - 1_000));
  });

  it("takes more of them while the period runs, and then enough", () => {
    const found = lift([315, 900], [30, 100]);
    const more = moreBuyers(found, 1_000, true) ?? 0;
    expect(more).toBeGreaterThan(6_387);
    // With so many, 80% of all runs lie above the end of the interval.
    const error = found.error * Math.sqrt(1_000 / (1_000 + more));
    const { low } = alwaysValid({ lift: found.lift, error });
    expect(low).toBeCloseTo(Z80 * error, 5);
    expect(moreBuyers(found, 1_000, true, 3)).toBeGreaterThan(more);
  });

  it("nobody can say where the shares are equal", () =>
    expect(moreBuyers(lift([270, 900], [30, 100]), 1_000, true)).toBeNull());
});

it.each([
  [0, 0.2],
  [999, 0.2],
  [1_000, 0.1],
  [10_000, 0.1],
  [10_001, 0.05],
])("%i cases a month suggest a holdout of %d", (cases, share) => expect(suggestedHoldout(cases)).toBe(share));
