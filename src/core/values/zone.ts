/** Wall clocks: the offset of an IANA zone at an instant. luxon reads the platform's zone data; the cache makes it cheap. */
import { IANAZone } from "luxon";
import { DAY, MINUTE } from "./duration.ts";

/** Every offset change of the zone database since 1970 falls on a whole quarter of an hour UTC. */
const QUARTER = 15 * MINUTE;
const CACHE_LIMIT = 50_000;

const zones = new Map<string, { zone: IANAZone; offsets: Map<number, number> }>();

function entryOf(name: string) {
  let entry = zones.get(name);
  if (entry === undefined) {
    if (zones.size > 1_000) zones.clear();
    entry = { zone: IANAZone.create(name), offsets: new Map() };
    zones.set(name, entry);
  }
  return entry;
}

const valid = new Map<string, boolean>();

/** Remembered, since asking the platform costs as much as the rest of the checks of an event. */
export function isZone(name: string): boolean {
  let known = valid.get(name);
  if (known === undefined) {
    if (valid.size >= 1_000) valid.clear();
    known = IANAZone.isValidZone(name);
    valid.set(name, known);
  }
  return known;
}

/** Minutes east of UTC at the instant (epoch ms). An invalid zone name counts as UTC; names are checked where they come in. */
export function offsetMinutes(zone: string, at: number): number {
  const entry = entryOf(zone);
  if (!entry.zone.isValid) return 0;
  const bucket = Math.floor(at / QUARTER);
  let offset = entry.offsets.get(bucket);
  if (offset === undefined) {
    if (entry.offsets.size > CACHE_LIMIT) entry.offsets.clear();
    offset = entry.zone.offset(bucket * QUARTER);
    entry.offsets.set(bucket, offset);
  }
  return offset;
}

/** What the clock on the wall says: ms since midnight. */
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
