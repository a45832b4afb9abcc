/** Checks of the draw: whether as many buyers were held out as should be, and which variant is the better one. */
import { type Arm, alwaysValid, type Interval, isMeasured, liftOf } from "./lift.ts";
import { moreBuyers } from "./power.ts";

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

export type Comparison = Interval & {
  readonly one: string;
  readonly other: string;
  readonly difference: number;
  /** About so many more buyers of both would show a difference of this size; null: it is shown already, or both paid alike. */
  readonly moreBuyers: number | null;
};

/** The arms by variant. In a stratum they differ by nothing but the draw. */
export type VariantStratum = ReadonlyMap<string, Arm>;

/**
 * The variants, two by two, with intervals that hold for all of them together and at any time (Bonferroni). `winner`: the one that is above all
 * others; null as long as an interval reaches zero.
 */
export function compareVariants(strata: readonly VariantStratum[]): {
  readonly comparisons: readonly Comparison[];
  readonly winner: string | null;
} {
  const keys = [...new Set(strata.flatMap((arms) => [...arms.keys()]))].sort();
  const pairs = (keys.length * (keys.length - 1)) / 2;
  const comparisons = keys.flatMap((one, at) =>
    keys.slice(at + 1).flatMap((other) => comparison(strata, one, other, pairs) ?? []),
  );
  const beats = (key: string, each: Comparison) =>
    each.one === key ? each.low > 0 : each.other === key && each.high < 0;
  const winner = keys.find((key) => {
    const own = comparisons.filter(({ one, other }) => one === key || other === key);
    return own.length === keys.length - 1 && own.length > 0 && own.every((each) => beats(key, each));
  });
  return { comparisons, winner: winner ?? null };
}

const NOBODY: Arm = { n: 0, paid: 0 };

function comparison(strata: readonly VariantStratum[], one: string, other: string, pairs: number): Comparison | null {
  const both = strata.map((arms) => {
    const [treated, held] = [arms.get(one) ?? NOBODY, arms.get(other) ?? NOBODY];
    return { treated, held, weight: treated.n + held.n };
  });
  const found = liftOf(both);
  if (found === null) return null;
  const { low, high } = alwaysValid(found, pairs);
  const buyers = both.filter(isMeasured).reduce((sum, { weight }) => sum + weight, 0);
  const isShown = low > 0 || high < 0;
  return {
    one,
    other,
    difference: found.lift,
    low,
    high,
    moreBuyers: isShown ? null : moreBuyers(found, buyers, true, pairs),
  };
}
