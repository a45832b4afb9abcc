/**
 * Measures the effect of reminders: the difference of two shares, with its 95% interval. One arm was treated, the other was held out.
 *
 * Two arms: Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10), made of two Wilson intervals. It is right for small
 * arms and for shares of 0 and 1, where the textbook interval fails. Several strata: the same by the MOVER of Yan and Su (Stratified
 * Wilson and Newcombe Confidence Intervals, 2010), so that campaigns with unlike shares held out are never thrown together. No package on
 * npm has them.
 */

/** `n` trials, `paid` of which succeeded. Both may be effective sizes, and so no whole numbers. */
export type Arm = { readonly n: number; readonly paid: number };
export type Interval = { readonly low: number; readonly high: number };
export type Lift = Interval & {
  readonly lift: number;
  /** Its standard error. */
  readonly error: number;
  /** The weighted shares of the strata that have both arms: lift = treated − held. */
  readonly treated: number;
  readonly held: number;
};

/** `weight`: how much of the treated it stands for, in any unit that all strata share. */
export type Stratum = { readonly treated: Arm; readonly held: Arm; readonly weight: number };

/** The standard normal's 97.5th percentile: 95% between the two sides. */
export const Z95 = 1.959963984540054;

/** Wilson's score interval of a share; null without trials. `z`: the normal percentile of the confidence, by default 95%. */
export function wilson({ n, paid }: Arm, z = Z95): Interval | null {
  if (n <= 0) return null;
  const z2 = z * z;
  const share = paid / n;
  const middle = share + z2 / (2 * n);
  const reach = z * Math.sqrt(Math.max(0, (share * (1 - share)) / n) + z2 / (4 * n * n));
  const scale = 1 + z2 / n;
  return { low: Math.max(0, (middle - reach) / scale), high: Math.min(1, (middle + reach) / scale) };
}

/** Whether both arms have somebody, so that it can be measured. */
export const isMeasured = ({ treated, held }: Pick<Stratum, "treated" | "held">): boolean =>
  treated.n > 0 && held.n > 0;

/** The share paid among the treated less that among the held out, over the strata that have both arms; null without any. */
export function liftOf(strata: readonly Stratum[]): Lift | null {
  const measured = strata.filter((stratum) => isMeasured(stratum) && stratum.weight > 0);
  const total = measured.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return null;
  const found = { treated: 0, held: 0, below: 0, above: 0, variance: 0 };
  for (const { treated, held, weight } of measured) {
    const w = weight / total;
    const [p, q] = [treated.paid / treated.n, held.paid / held.n];
    const [one, two] = [wilson(treated) ?? WHOLE, wilson(held) ?? WHOLE];
    found.treated += w * p;
    found.held += w * q;
    found.below += w * w * ((p - one.low) ** 2 + (two.high - q) ** 2);
    found.above += w * w * ((one.high - p) ** 2 + (q - two.low) ** 2);
    found.variance += w * w * (varianceOf(treated) + varianceOf(held));
  }
  const lift = found.treated - found.held;
  return {
    lift,
    low: Math.max(-1, lift - Math.sqrt(found.below)),
    high: Math.min(1, lift + Math.sqrt(found.above)),
    error: Math.sqrt(found.variance),
    treated: found.treated,
    held: found.held,
  };
}

const WHOLE: Interval = { low: 0, high: 1 };

/** The variance of the share. Where all or none succeeded, Laplace's share is taken, since it must not be zero. */
function varianceOf({ n, paid }: Arm): number {
  const share = paid <= 0 || paid >= n ? (paid + 1) / (n + 2) : paid / n;
  return (share * (1 - share)) / n;
}

/** The scale of effects, as a share, for which the interval below is closest. */
const TAU = 0.1;
/** 1 / 5%. */
const INVERSE_ALPHA = 20;

/**
 * The interval that may be looked at every day: over a whole running period it misses the truth in at most 5% of shops, whenever somebody stops
 * looking. It is about 1.5 times as wide as the fixed one, which daily looks would make wrong in a third of all shops. The normal mixture of Johari
 * and others (Peeking at A/B Tests, 2017). `together`: so many intervals hold at once.
 */
export function alwaysValid({ lift, error }: Pick<Lift, "lift" | "error">, together = 1): Interval {
  const variance = error * error;
  const tau = TAU * TAU;
  const half = Math.sqrt(
    ((variance * (variance + tau)) / tau) *
      (Math.log((variance + tau) / variance) + 2 * Math.log(INVERSE_ALPHA * together)),
  );
  return { low: Math.max(-1, lift - half), high: Math.min(1, lift + half) };
}

/** The standard normal's 80th percentile. */
export const Z80 = 0.8416212335729143;
const POWER = (Z95 + Z80) ** 2;

/**
 * How many buyers both arms together need, so that an effect of this size is seen with a probability of 80%. `heldOut`: the share held out. null:
 * there is no effect to be seen.
 */
export function buyersNeeded(treated: number, held: number, heldOut: number): number | null {
  const difference = treated - held;
  if (difference === 0 || heldOut <= 0 || heldOut >= 1) return null;
  const spread = (treated * (1 - treated)) / (1 - heldOut) + (held * (1 - held)) / heldOut;
  return Math.ceil((POWER * spread) / (difference * difference));
}
