/** Instants are epoch milliseconds in the program and RFC 3339 with an offset on the outside. */
import { memo } from "./memo.ts";

const SHAPE = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MINUTE = 60_000;

/** Accepted instants lie within these. Earlier ones are zero values of other systems; later years, no other program reads. */
const EARLIEST = 0;
export const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Epoch ms (fractions below a millisecond are cut), or null: no offset, no such day, no such hour, or not in 1970 to 9999, in UTC. */
export function parseInstant(text: string): number | null {
  const ms = readInstant(text);
  return ms === null || ms < EARLIEST || ms > LATEST ? null : ms;
}

function readInstant(text: string): number | null {
  if (!SHAPE.test(text)) return null;
  // By position: this runs several times for every event that comes in.
  const two = (at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528;
  const [year, month, day] = [two(0) * 100 + two(2), two(5), two(8)];
  if (month < 1 || month > 12 || day < 1 || day > (DAYS[month - 1] ?? 0)) return null;
  if (month === 2 && day === 29 && !(year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0))) return null;
  const [hour, minute, second] = [two(11), two(14), two(17)];
  if (hour > 23 || minute > 59 || second > 60) return null;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const zoneAt = /[Zz]$/.test(text) ? text.length - 1 : text.length - 6;
  const fraction = zoneAt > 20 ? Number(text.slice(20, Math.min(zoneAt, 23)).padEnd(3, "0")) : 0;
  // Date.UTC takes years below 100 for those of the last century.
  const exact = year < 100 ? EARLIEST - 1 : ms;
  const offset = zoneAt === text.length - 1 ? 0 : (two(zoneAt + 1) * 60 + two(zoneAt + 4)) * MINUTE;
  const instant = exact - (text.charCodeAt(zoneAt) === 0x2d ? -offset : offset);
  return second === 60 && !isMonthStart(instant) ? null : instant + fraction;
}

/** A leap second is the last one of a month in UTC, and counts as the second after it. */
function isMonthStart(ms: number): boolean {
  const date = new Date(ms);
  return date.getUTCDate() === 1 && ms % (24 * 60 * MINUTE) === 0;
}

/** RFC 3339 at the given offset in minutes, seconds precision unless there are milliseconds: `2026-11-10T20:10:00+08:00`. */
export function formatInstant(ms: number, offsetMinutes: number): string {
  const minute = Math.floor(ms / MINUTE);
  // Zones were not always whole minutes from Greenwich.
  if (!Number.isInteger(ms) || !Number.isInteger(offsetMinutes)) return writeInstant(ms, offsetMinutes);
  const written = writtenMinute(minute * OFFSETS + offsetMinutes);
  const rest = ms - minute * MINUTE;
  const seconds = `${written[0]}${rest < 10_000 ? "0" : ""}${Math.floor(rest / 1000)}`;
  return rest % 1000 === 0
    ? `${seconds}${written[1]}`
    : `${seconds}.${String(rest % 1000).padStart(3, "0")}${written[1]}`;
}

/** More than there are offsets in minutes, half of them negative. A number is a faster key than a pair. */
const OFFSETS = 4_096;
const MAX_MINUTES = 5_000;

/** A minute up to its seconds, and the offset behind them. Remembered, since many instants fall in one minute. */
const writtenMinute = memo(MAX_MINUTES, (key: number): readonly [toMinute: string, offset: string] => {
  const minute = Math.floor((key + OFFSETS / 2) / OFFSETS);
  const text = writeInstant(minute * MINUTE, key - minute * OFFSETS);
  return [text.slice(0, 17), text.slice(19)];
});

function writeInstant(ms: number, offsetMinutes: number): string {
  const local = new Date(ms + offsetMinutes * MINUTE).toISOString();
  const text = ms % 1000 === 0 ? local.slice(0, 19) : local.slice(0, 23);
  const sign = offsetMinutes < 0 ? "-" : "+";
  const abs = Math.abs(offsetMinutes);
  const pad = (n: number) => String(Math.floor(n)).padStart(2, "0");
  return `${text}${sign}${pad(abs / 60)}:${pad(abs % 60)}`;
}
