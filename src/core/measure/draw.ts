/** Checks of the draw: whether as many buyers were held out as should be, and which variant is the better one. */
import { type Arm, alwaysValid, type Interval, liftOf } from "./lift.ts";

/** |z| of a probability of 0.1% on both sides. */
const ALARM = 3.290526731491926;

/**
 * Whether the arms have other sizes than the share held out allows, with a probability below 0.1% by chance: then something decides who is
 * counted, and the effect means nothing. χ² with one degree of freedom, over all strata.
 */
export function isSkewed(
  strata: readonly { readonly treated: number; readonly held: number; readonly share: number }[],
): boolean {
  let excess = 0;
  let variance = 0;
  for (const { treated, held, share } of strata) {
    if (share <= 0 || share >= 1) continue;
    excess += held - (treated + held) * share;
    variance += (treated + held) * share * (1 - share);
  }
  return variance > 0 && Math.abs(excess) / Math.sqrt(variance) > ALARM;
}

export type Comparison = Interval & { readonly one: string; readonly other: string; readonly difference: number };

/**
 * The variants, two by two, with intervals that hold for all of them together and at any time (Bonferroni). `winner`: the one that is above all
 * others; null as long as an interval reaches zero.
 */
export function compareVariants(arms: ReadonlyMap<string, Arm>): {
  readonly comparisons: readonly Comparison[];
  readonly winner: string | null;
} {
  const keys = [...arms.keys()].sort();
  const comparisons: Comparison[] = [];
  const pairs = (keys.length * (keys.length - 1)) / 2;
  for (const [at, one] of keys.entries())
    for (const other of keys.slice(at + 1)) {
      const [treated, held] = [arms.get(one), arms.get(other)];
      const found = treated === undefined || held === undefined ? null : liftOf([{ treated, held, weight: 1 }]);
      if (found === null) continue;
      comparisons.push({ one, other, difference: found.lift, ...alwaysValid(found, pairs) });
    }
  const beats = (key: string, each: Comparison) =>
    each.one === key ? each.low > 0 : each.other === key && each.high < 0;
  const winner = keys.find((key) => {
    const own = comparisons.filter(({ one, other }) => one === key || other === key);
    return own.length === keys.length - 1 && own.length > 0 && own.every((each) => beats(key, each));
  });
  return { comparisons, winner: winner ?? null };
}
