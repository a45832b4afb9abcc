/** Wall clocks: the offset of an IANA zone at an instant. luxon reads the platform's zone data; the cache makes it cheap. */
import { IANAZone } from "luxon";
import { DAY, MINUTE } from "./duration.ts";
import { memo } from "./memo.ts";

/** Every offset change of the zone database since 1970 falls on a whole quarter of an hour UTC. */
const QUARTER = 15 * MINUTE;
const MAX_ZONES = 1_000;
/** For each zone. */
const MAX_OFFSETS = 50_000;

/** The zone's offset at the start of a quarter of an hour (counted from 1970); null: no such zone. */
const offsetsOf = memo(MAX_ZONES, (name: string) => {
  const zone = IANAZone.create(name);
  return zone.isValid ? memo(MAX_OFFSETS, (quarter: number) => zone.offset(quarter * QUARTER)) : null;
});

/** Remembered: asking the platform costs as much as all other checks of an event. */
export const isZone = memo(MAX_ZONES, (name: string) => IANAZone.isValidZone(name));

/** Minutes east of UTC at the instant (epoch ms). An invalid zone name counts as UTC; names are checked where they come in. */
export function offsetMinutes(zone: string, at: number): number {
  const offsetAt = offsetsOf(zone);
  return offsetAt === null ? 0 : offsetAt(Math.floor(at / QUARTER));
}

/** The local time of day: ms since midnight. */
export function timeOfDay(zone: string, at: number): number {
  const local = (at + offsetMinutes(zone, at) * MINUTE) % DAY;
  return local < 0 ? local + DAY : local;
}

/** The first instant after `from` and not after `to` at which the zone's offset differs from the one at `from`, or null. */
export function offsetChange(zone: string, from: number, to: number): number | null {
  const before = offsetMinutes(zone, from);
  if (offsetMinutes(zone, to) === before) return null;
  let low = Math.floor(from / QUARTER);
  let high = Math.floor(to / QUARTER);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMinutes(zone, middle * QUARTER) === before) low = middle;
    else high = middle;
  }
  return high * QUARTER;
}
