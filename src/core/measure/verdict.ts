/** The one word about an effect. */
import type { Interval } from "./lift.ts";

export type EffectVerdict = "works" | "harms" | "cannot_tell";

/**
 * The buyers that the smaller arm needs for a verdict. An interval of fewer is still shown, but raises up to 6% false alarms where campaigns
 * divide the arm further (docs/measuring.md).
 */
export const MIN_ARM = 30;

/** `smaller`: the buyers of the smaller arm. */
export function verdictOf({ low, high }: Interval, smaller: number): EffectVerdict {
  if (smaller < MIN_ARM) return "cannot_tell";
  if (low > 0) return "works";
  return high < 0 ? "harms" : "cannot_tell";
}
