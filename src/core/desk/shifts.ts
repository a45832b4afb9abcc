/** Shifts: weekly spans of wall-clock time in a zone. A shift may go over midnight; it belongs to the day on which it begins. */
import { DAY, parseTimeOfDay } from "../values/duration.ts";
import { dayOf, localInstant } from "../values/when.ts";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export type Shift = {
  readonly person: string;
  readonly weekdays: readonly Weekday[];
  /** Times of day, like `22:00`. `to` before `from` is on the next day. */
  readonly from: string;
  readonly to: string;
  /** IANA name. */
  readonly zone: string;
};

/** 1970-01-01 was a Thursday. */
export const weekdayOf = (day: number): Weekday | undefined => WEEKDAYS.at((((day + 3) % 7) + 7) % 7);
/** Shifts that follow each other for longer than this are one without an end. */
const MAX_CHAIN = 100;

/**
 * The end of the person's shift at the instant `at` (epoch ms); null: the person is not on shift. Overlapping shifts, and shifts that follow each other
 * without a pause, are one. A shift has the length that the clocks give it: an hour less or more on days on which they change.
 */
export function shiftEnd(shifts: readonly Shift[], at: number): number | null {
  let end: number | null = null;
  for (let here = at, link = 0; link < MAX_CHAIN; link++) {
    const next = shifts.reduce((latest, shift) => Math.max(latest, endOf(shift, here)), here);
    if (next === here) return end;
    end = next;
    here = next;
  }
  return end;
}

/** `at` itself: the shift does not hold it. */
function endOf({ weekdays, from, to, zone }: Shift, at: number): number {
  const [begins, ends] = [parseTimeOfDay(from) ?? 0, parseTimeOfDay(to) ?? 0];
  const today = dayOf(at, zone);
  let latest = at;
  for (const day of [today - 1, today]) {
    const weekday = weekdayOf(day);
    if (weekday === undefined || !weekdays.includes(weekday)) continue;
    const start = localInstant(zone, day * DAY + begins);
    const end = localInstant(zone, (ends <= begins ? day + 1 : day) * DAY + ends);
    if (start <= at && at < end) latest = Math.max(latest, end);
  }
  return latest;
}
