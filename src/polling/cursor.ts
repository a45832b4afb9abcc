/** Decides where a poll begins and how far it came. Pure; instants are epoch ms. */
import { DAY, MINUTE } from "../core/values/duration.ts";

/** A new poll begins here: older unpaid orders are hardly ever chased. */
const LOOK_BACK = DAY;
/** Changes become visible up to this much later than the time that they carry, and platforms compare whole seconds. */
const OVERLAP = 2 * MINUTE;

export const beginOf = ({ cursor, now }: { readonly cursor: number | null; readonly now: number }): number =>
  (cursor ?? now - LOOK_BACK) - OVERLAP;

/**
 * The cursor follows the platform's own times, and never goes beyond its clock: an order that claims to be of next year must not hide those of
 * tomorrow. null: nothing is sure yet.
 */
export const cursorAfter = (
  { reached, platformNow }: { readonly reached: number | null; readonly platformNow: number | null },
  now: number,
): number | null => (reached === null ? null : Math.min(reached, platformNow ?? now));

const MAX_PAUSE = 10 * MINUTE;
/** At least, when a platform limits calls without saying until when. */
const LIMITED_PAUSE = MINUTE;

/** The pause after a fault: as the platform says, else longer with each failure in a row. */
export function pauseAfter(
  fault: { readonly code: string; readonly retryAfterMs: number | null },
  everyMs: number,
  failures: number,
): number {
  if (fault.retryAfterMs !== null) return Math.max(fault.retryAfterMs, everyMs);
  const pause = Math.min(everyMs * 2 ** Math.min(failures, 10), Math.max(MAX_PAUSE, everyMs));
  return fault.code === "rate_limited" ? Math.max(pause, LIMITED_PAUSE) : pause;
}
