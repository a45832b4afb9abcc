import { describe, expect, it } from "vitest";
import { compareVariants, isSkewed } from "../../../../src/core/measure/draw.ts";

describe("the sizes of the arms", () => {
  // z = (held − n·share) / √(n·share·(1 − share)); the alarm is at 3.2905.
  it.each([
    ["as drawn", [{ treated: 900, held: 100, share: 0.1 }], false],
    ["by chance once in 300", [{ treated: 872, held: 128, share: 0.1 }], false],
    ["by chance once in 1,200", [{ treated: 868, held: 132, share: 0.1 }], true],
    ["too few held out", [{ treated: 932, held: 68, share: 0.1 }], true],
    [
      "two campaigns, each a little",
      [
        { treated: 875, held: 125, share: 0.1 },
        { treated: 770, held: 230, share: 0.2 },
      ],
      true,
    ],
    ["nobody is held out", [{ treated: 900, held: 0, share: 0 }], false],
    ["all are held out", [{ treated: 0, held: 90, share: 1 }], false],
    ["no buyers", [], false],
  ])("%s", (_, strata, expected) => expect(isSkewed(strata)).toBe(expected));
});

describe("variants", () => {
  const arms = (given: Record<string, readonly [paid: number, n: number]>) => [
    new Map(Object.entries(given).map(([key, [paid, n]]) => [key, { paid, n }])),
  ];

  it("have a winner once the interval has left zero", () => {
    expect(compareVariants(arms({ a: [300, 1_000], b: [350, 1_000] })).winner).toBeNull();
    expect(compareVariants(arms({ a: [3_000, 10_000], b: [3_500, 10_000] })).winner).toBe("b");
  });

  it("of three, need more for each: the best must be above both others", () => {
    expect(compareVariants(arms({ a: [3_000, 10_000], b: [3_500, 10_000], c: [3_450, 10_000] })).winner).toBeNull();
    const pair = compareVariants(arms({ a: [300, 1_000], b: [370, 1_000] }));
    const three = compareVariants(arms({ a: [300, 1_000], b: [370, 1_000], c: [0, 0] }));
    expect(three.comparisons).toHaveLength(1);
    const width = ({ low, high }: { low: number; high: number } = { low: 0, high: 0 }) => high - low;
    expect(width(three.comparisons[0])).toBeGreaterThan(width(pair.comparisons[0]));
  });

  it("are compared within their strata only", () => {
    // In one version half of all buyers paid, in the other a tenth. The versions gave the variants other weights.
    const strata = [...arms({ a: [450, 900], b: [50, 100] }), ...arms({ a: [10, 100], b: [90, 900] })];
    const { comparisons, winner } = compareVariants(strata);
    expect(winner).toBeNull();
    expect(comparisons[0]?.difference).toBeCloseTo(0, 12);
    expect(comparisons[0]?.moreBuyers).toBeNull();
  });

  it("need so many more buyers, until they have a winner", () => {
    const [some] = compareVariants(arms({ a: [300, 1_000], b: [350, 1_000] })).comparisons;
    const more = some?.moreBuyers ?? 0;
    expect(more).toBeGreaterThan(1_000);
    const scale = (2_000 + more) / 2_000;
    const enough = compareVariants(arms({ a: [300 * scale, 1_000 * scale], b: [350 * scale, 1_000 * scale] }));
    expect([enough.winner, enough.comparisons[0]?.moreBuyers]).toEqual(["b", null]);
  });

  it("are not compared with nobody, nor alone", () => {
    expect(compareVariants(arms({ a: [300, 1_000], b: [0, 0] }))).toEqual({ comparisons: [], winner: null });
    expect(compareVariants(arms({ a: [300, 1_000] })).winner).toBeNull();
  });
});
