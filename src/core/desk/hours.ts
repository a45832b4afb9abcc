/** How long people were on shift, and what that cost. */
import { DAY, HOUR, parseTimeOfDay } from "../values/duration.ts";
import { currencyDigits } from "../values/money.ts";
import { dayOf, localInstant } from "../values/when.ts";
import { type Shift, weekdayOf } from "./shifts.ts";

/**
 * The time on shift of one person within [from, to), ms. Shifts that overlap count once. A shift has the length that the clocks give it: an hour less or more on
 * days on which they change.
 */
export function timeOnShift(shifts: readonly Shift[], from: number, to: number): number {
  const spans = shifts.flatMap((shift) => spansOf(shift, from, to)).sort((a, b) => a[0] - b[0]);
  let sum = 0;
  let end = from;
  for (const [begins, ends] of spans) {
    sum += Math.max(0, ends - Math.max(begins, end));
    end = Math.max(end, ends);
  }
  return sum;
}

function spansOf({ weekdays, from: starts, to: stops, zone }: Shift, from: number, to: number) {
  const [begins, ends] = [parseTimeOfDay(starts) ?? 0, parseTimeOfDay(stops) ?? 0];
  const spans: (readonly [number, number])[] = [];
  // One that began on the day before may go on.
  for (let day = dayOf(from, zone) - 1; day <= dayOf(to, zone); day++) {
    const weekday = weekdayOf(day);
    if (weekday === undefined || !weekdays.includes(weekday)) continue;
    const start = Math.max(from, localInstant(zone, day * DAY + begins));
    const end = Math.min(to, localInstant(zone, (ends <= begins ? day + 1 : day) * DAY + ends));
    if (start < end) spans.push([start, end]);
  }
  return spans;
}

/** In minor units, to the nearest. `amount`: a decimal, which may be more exact than the coins of its currency. */
export function wageOf(
  ms: number,
  { amount, currency }: { readonly amount: string; readonly currency: string },
): bigint {
  const [whole = "0", fraction = ""] = amount.split(".");
  const micros = BigInt(whole + fraction.padEnd(6, "0"));
  const scale = 10n ** BigInt(6 - Math.min(6, currencyDigits(currency) ?? 2)) * BigInt(HOUR);
  return (2n * micros * BigInt(Math.round(ms)) + scale) / (2n * scale);
}
