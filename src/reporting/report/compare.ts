/** `compare previous`: the period before, and the rows of both side by side. */
import type { Dimension } from "../../core/measure/dimensions.ts";
import { DAY, HOUR, MINUTE } from "../../core/values/duration.ts";
import { dayOf, dayStart, instantOf, PeriodError } from "../../core/values/when.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import { type Period, periodOfZones, type ZonePeriod } from "./period.ts";

/**
 * Just as long, and ends where the period begins: for days as many days, whatever clocks do. A period without an end runs until now. Throws PeriodError
 * if it has no beginning.
 */
export const periodBefore = ({ zones }: Period, now: number): Period =>
  periodOfZones(zones.map((each) => before(each, now)));

function before({ zone, shops, from, to }: ZonePeriod, now: number): ZonePeriod {
  if (from === null) throw new PeriodError("a comparison needs the beginning of the period: give from, or on");
  const end = to ?? Math.max(Math.floor(now), from + MINUTE);
  if (from === dayStart(from, zone) && end === dayStart(end, zone))
    return { zone, shops, from: startOf(2 * dayOf(from, zone) - dayOf(end, zone), zone), to: from };
  const start = from - (end - from);
  // As for a time of days ago: from a full hour on, reports are made from sums.
  const beyond = end - from < DAY ? 0 : (start + offsetMinutes(zone, start) * MINUTE) % HOUR;
  return { zone, shops, from: start - beyond, to: from };
}

const startOf = (day: number, zone: string): number =>
  instantOf({ kind: "day", day, relative: false, time: null }, { zone, now: 0, edge: "start" });

type Keys = Readonly<Partial<Record<Dimension, string | null>>>;
type Keyed<Row> = Row & { readonly keys: Keys };

/** Rows of both, with the figures of the period before as `previous`. A day stands beside the day that is as far into its period. */
export function paired<Row extends object>(
  { by, period, previous }: { readonly by: readonly Dimension[]; readonly period: Period; readonly previous: Period },
  rows: readonly Keyed<Row>[],
  earlier: readonly Keyed<Row>[],
  none: Row,
): (Keyed<Row> & { readonly previous: Row })[] {
  const [now, then] = [period.zones[0], previous.zones[0]];
  const days = dayOf(now?.from ?? 0, now?.zone ?? "UTC") - dayOf(then?.from ?? 0, then?.zone ?? "UTC");
  const keyOf = (keys: Keys) => JSON.stringify(by.map((each) => keys[each] ?? null));
  const found = new Map(
    earlier.map(({ keys, ...figures }) => {
      const moved = keys.day == null ? keys : { ...keys, day: dayText(Date.parse(keys.day) + days * DAY) };
      return [keyOf(moved), { keys: moved, figures: figures as unknown as Row }];
    }),
  );
  const both = rows.map((row) => ({ ...row, previous: found.get(keyOf(row.keys))?.figures ?? none }));
  for (const { keys } of rows) found.delete(keyOf(keys));
  return [...both, ...[...found.values()].map(({ keys, figures }) => ({ ...none, keys, previous: figures }))];
}

const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
