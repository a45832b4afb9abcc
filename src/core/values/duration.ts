/** Parses and writes durations: `90s`, `10m`, `1h30m`, `2d`. In the program a duration is a whole number of milliseconds; a day is 24 h. */

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const UNITS: Record<string, number> = { d: DAY, h: HOUR, m: MINUTE, s: SECOND };
const SHAPE = /^(?=\d)(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?$/;

/** The longest time after a reminder in which a payment is looked at as its effect. */
export const LONGEST_HORIZON = 90 * DAY;

/** Milliseconds, or null when the text is no duration (`""`, `10`, `1.5h`, `30m1h`) or is longer than ten years. */
export function parseDuration(text: string): number | null {
  if (text.length > 24 || !SHAPE.test(text)) return null;
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([dhms])/g)) total += Number(count) * (UNITS[unit ?? ""] ?? 0);
  return total <= 3_653 * DAY ? total : null;
}

/** `5400000` → `1h30m`; below a second `0s`. The inverse of parseDuration for whole seconds. */
export function formatDuration(ms: number): string {
  let rest = Math.floor(Math.abs(ms) / SECOND) * SECOND;
  let text = ms <= -SECOND ? "-" : "";
  for (const [unit, size] of Object.entries(UNITS)) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === "" ? "0s" : text;
}

/** `22:00` or `22:00:30` → milliseconds since midnight; null: it is no time of day. */
export function parseTimeOfDay(text: string): number | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text);
  return match ? (Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0)) * SECOND : null;
}
