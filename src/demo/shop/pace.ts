/**
 * The simulated shop runs the whole of Dunlin on a clock of seconds. Buyers, shop and message provider are simulated outside of Dunlin and
 * use its HTTP interfaces as real ones would.
 *
 * The pace: all times of a run, from its length. Times are ms.
 */
import { SECOND } from "../../core/values/duration.ts";

export type Pace = {
  /** From the first order to the close of the last one. */
  readonly length: number;
  /** Orders come in during this time. */
  readonly arrivals: number;
  /** An order closes by itself this long after it was created. */
  readonly closeAfter: number;
  /** Step `nudge`: after the order. */
  readonly nudge: number;
  /** Step `last-call`: before the close. */
  readonly lastCall: number;
  readonly minAge: number;
  readonly minLead: number;
  readonly gap: number;
};

export const MIN_SECONDS = 20;
export const MAX_SECONDS = 3_600;

/** With less than 20 seconds the steps would not fit before the close. */
export function paceOf(seconds: number): Pace {
  const closeAfter = Math.round(seconds * 0.55);
  const whole = (share: number, min: number) => Math.max(min, Math.round(closeAfter * share)) * SECOND;
  return {
    length: seconds * SECOND,
    arrivals: (seconds - closeAfter) * SECOND,
    closeAfter: closeAfter * SECOND,
    nudge: whole(0.16, 3),
    lastCall: whole(0.32, 4),
    minAge: 2 * SECOND,
    minLead: whole(0.05, 1),
    gap: whole(0.08, 2),
  };
}
