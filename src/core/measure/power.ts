/** How large a comparison must be: how many buyers are still missing, and which share of them to hold out. */
import { alwaysValid, type Lift, Z80, Z95 } from "./lift.ts";

/**
 * How many more buyers it takes until the interval leaves zero with a probability of 80%, if the effect and the sizes of the arms to each other stay
 * as they are. `buyers`: both arms together. `running`: the interval is the one that may be looked at every day, which takes more of them. null: the
 * shares are equal, so there is no effect to be seen.
 */
export function moreBuyers(
  { lift, error }: Pick<Lift, "lift" | "error">,
  buyers: number,
  running: boolean,
  together = 1,
): number | null {
  const effect = Math.abs(lift);
  if (effect === 0 || error === 0) return null;
  const enough = running ? errorAlwaysEnough(effect, together) : effect / (Z95 + Z80);
  return Math.max(0, Math.ceil(buyers * ((error / enough) ** 2 - 1)));
}

/** The standard error at which half of the always valid interval and 80% power take as much as the effect: by bisection. */
function errorAlwaysEnough(effect: number, together: number): number {
  let [low, high] = [0, effect];
  for (let round = 0; round < 60; round++) {
    const error = (low + high) / 2;
    const half = alwaysValid({ lift: 0, error }, together).high;
    if (half + Z80 * error > effect) high = error;
    else low = error;
  }
  return (low + high) / 2;
}

/** The share to hold out for so many cases a month: small shops need a larger one to see anything. */
export function suggestedHoldout(casesAMonth: number): number {
  if (casesAMonth < 1_000) return 0.2;
  return casesAMonth <= 10_000 ? 0.1 : 0.05;
}
