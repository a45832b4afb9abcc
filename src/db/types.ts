/** How values go to PostgreSQL and come back, where the driver's own way does not fit. */
import { texts } from "./columns.ts";

/**
 * An instant as a query parameter: epoch milliseconds → timestamptz, typed as such, so it needs no cast. For many rows see
 * rows.ts.
 */
export function ts(ms: number): Date {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) throw new RangeError(`not an instant in epoch milliseconds: ${ms}`);
  return date;
}

export function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} is beyond 2^53; select it as ::text`);
  return value;
}

export const textsText = (value: readonly (string | null)[] | string): string =>
  typeof value === "string" ? value : texts(value);

export function instantText(value: Date | number | string): string {
  if (typeof value === "string") return value;
  if (value === Number.POSITIVE_INFINITY) return "infinity";
  if (value === Number.NEGATIVE_INFINITY) return "-infinity";
  return (typeof value === "number" ? ts(value) : value).toISOString();
}

/** '2026-11-10 12:00:00.123456+00' → epoch ms, rounded down. */
export function parseTimestamptz(text: string): number {
  // Nearly all look like this, since the session is in UTC. Read by position: no parser runs more often.
  const zone = text.length - 3;
  if (text[4] === "-" && zone >= 19 && text.endsWith("+00")) {
    const at = Date.UTC(digits(text, 0, 4), digits(text, 5, 7) - 1, digits(text, 8, 10), digits(text, 11, 13));
    const end = Math.min(zone, 23);
    const ms = end > 20 ? digits(text, 20, end) * 10 ** (23 - end) : 0;
    return at + digits(text, 14, 16) * 60_000 + digits(text, 17, 19) * 1_000 + ms;
  }
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  if (text === "-infinity") return Number.NEGATIVE_INFINITY;
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d)(:\d\d)?$/.exec(text);
  const [, day, time, fraction = ".", hours, minutes = ":00"] = match ?? [];
  const ms = Date.parse(`${day}T${time}.${fraction.slice(1, 4).padEnd(3, "0")}${hours}${minutes}`);
  if (Number.isNaN(ms)) throw new RangeError(`timestamptz out of range: ${text}`);
  return ms;
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
}
