/** Finds quiet moments and the ends of quiet runs (docs/rules.md, rule 5): wall-clock [from, to) in a zone, also on days of DST change. */
import { DAY } from "../values/duration.ts";
import type { QuietHours } from "../values/policy.ts";
import { offsetChange, timeOfDay } from "../values/zone.ts";

/** More boundaries than a run can have: a run is shorter than 24 h of wall clock, and zones change twice a year. */
const MAX_PIECES = 8;

export function isQuiet(quiet: QuietHours | null, zone: string, at: number): boolean {
  if (quiet === null || quiet.from === quiet.to) return false;
  const clock = timeOfDay(zone, at);
  return quiet.from < quiet.to ? clock >= quiet.from && clock < quiet.to : clock >= quiet.from || clock < quiet.to;
}

/** The end of the run of quiet moments that holds `at` (which must be quiet): the first moment after it that is not quiet. */
export function quietEnd(quiet: QuietHours, zone: string, at: number): number {
  let here = at;
  for (let piece = 0; piece < MAX_PIECES; piece++) {
    const left = (quiet.to - timeOfDay(zone, here) + DAY) % DAY || DAY;
    const next = offsetChange(zone, here, here + left) ?? here + left;
    if (!isQuiet(quiet, zone, next)) return next;
    here = next;
  }
  return here;
}

/** The first moment of the run of quiet moments that holds `at` (which must be quiet). */
export function quietStart(quiet: QuietHours, zone: string, at: number): number {
  let here = at;
  for (let piece = 0; piece < MAX_PIECES; piece++) {
    const gone = (timeOfDay(zone, here) - quiet.from + DAY) % DAY;
    const start = offsetChange(zone, here - gone, here) ?? here - gone;
    if (!isQuiet(quiet, zone, start - 1)) return start;
    here = start - 1;
  }
  return here;
}
