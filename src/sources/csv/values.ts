/** Reads the cells of a table: what spreadsheets and exports put around texts, amounts in any spelling, times of the shop's clock. */
import { readId } from "../../core/order/id.ts";
import { DAY, MINUTE } from "../../core/values/duration.ts";
import { LATEST, parseInstant } from "../../core/values/instant.ts";
import { instantOf } from "../../core/values/when.ts";
import { offsetMinutes } from "../../core/values/zone.ts";

/** V8 keeps a text as long as a longer part of it is kept: such a part is copied, so that a cell does not hold its whole piece of the file. */
const MIN_SLICE = 13;

/** Without blanks, tabs, a leading apostrophe and `="…"` around it. May be a part of a longer text: see `ownText`. */
export function textOf(cell: string): string {
  if (cell === "" || hasPlainEdges(cell)) return cell;
  // The two forms that whole columns have.
  const inner = cell.startsWith('="') && cell.endsWith('"') ? cell.slice(2, -1) : cell[0] === "'" ? cell.slice(1) : "";
  return inner !== "" && hasPlainEdges(inner) ? inner : readId(cell);
}

const hasPlainEdges = (text: string): boolean =>
  isPlainEdge(text.charCodeAt(0)) && isPlainEdge(text.charCodeAt(text.length - 1));

/** The same, for a text that is kept. */
export function ownText(cell: string): string {
  const text = textOf(cell);
  return text.length < MIN_SLICE ? text : Buffer.from(text, "utf16le").toString("utf16le");
}

/** A letter or digit of ASCII, or a Chinese character: nothing that has to go stands there. Nearly all cells are so. */
const isPlainEdge = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) ||
  (code >= 0x4e00 && code <= 0x9fff);

/** A decoder writes U+FFFD for bytes that are not of its encoding. */
export const isDamaged = (text: string): boolean => DAMAGE.test(text);
const DAMAGE = /[\0\ufffd]/;

/**
 * Whether a spreadsheet took the id for a quantity: it keeps 15 digits and writes zeros for the others. A text that was protected from it
 * (`="…"`, an apostrophe, a tab) is exact.
 */
export const looksRounded = (cell: string): boolean => /^ *\d{15,}000 *$/.test(cell) && cell.trim().length >= 18;
/** A long id that no spreadsheet has rounded. */
export const looksExact = (cell: string): boolean => /^ *\d{14,}[1-9]\d{0,2} *$/.test(cell) && cell.trim().length >= 18;

const PLAIN = /^\d{1,15}(\.\d{1,6})?$/;
/** A sign or code of a currency may stand on either side. */
const MONEY = /^(?:[A-Za-z]{0,3}\p{Sc}|[A-Za-z]{1,3}\.?)?(\d[\d.,]*)(?:\p{Sc}|\p{L}{1,3}\.?)?$/u;

/** `¥1,234.50`, `1.234,50 €`, `88.80元` → a plain decimal. null: it is not one, or it is negative. */
export function amountOf(cell: string): string | null {
  if (PLAIN.test(cell)) return cell;
  const digits = MONEY.exec(cell.normalize("NFKC").replace(/[\s'’]/g, ""))?.[1];
  if (digits === undefined) return null;
  const plain = withPoint(digits);
  return PLAIN.test(plain) ? plain : null;
}

/** The last of two kinds of sign is the decimal point; a single comma before three digits parts thousands. */
function withPoint(digits: string): string {
  const [point, comma] = [digits.lastIndexOf("."), digits.lastIndexOf(",")];
  if (point >= 0 && comma >= 0)
    return point > comma ? digits.replaceAll(",", "") : digits.replaceAll(".", "").replace(",", ".");
  if (comma >= 0) {
    const isDecimal = digits.indexOf(",") === comma && digits.length - comma !== 4;
    return isDecimal ? digits.replace(",", ".") : digits.replaceAll(",", "");
  }
  return digits.indexOf(".") === point ? digits : digits.replaceAll(".", "");
}

export type Time = { readonly ok: true; readonly at: number } | { readonly ok: false; readonly message: string };

const CLOCK = String.raw`(?:[T ]+(?<hour>\d{1,2}):(?<minute>\d{1,2})(?::(?<second>\d{1,2})(?:\.\d+)?)?(?: *(?<half>[AP])\.?M\.?)?)?`;
const OFFSET = String.raw`(?: *(?<offset>Z|UTC|GMT|[+-]\d{1,2}:?\d{2}))?`;
const YEAR_FIRST = new RegExp(
  String.raw`^(?<year>\d{4})[-/.年](?<month>\d{1,2})[-/.月](?<day>\d{1,2})日?${CLOCK}${OFFSET}$`,
  "iu",
);
const YEAR_LAST = new RegExp(
  String.raw`^(?<one>\d{1,2})(?<sign>[-/.])(?<two>\d{1,2})[-/.](?<year>\d{4}),?${CLOCK}${OFFSET}$`,
  "iu",
);

/** `2026-11-10 20:00:00`, which nearly all times are. */
const USUAL = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** `zone`: the clock of times without an offset. Epoch ms. The messages never repeat the cell. */
export function timeOf(cell: string, zone: string): Time {
  if (USUAL.test(cell)) {
    const local = parseInstant(`${cell.slice(0, 10)}T${cell.slice(11)}Z`);
    return local === null ? { ok: false, message: NO_TIME } : onClock(zone, local);
  }
  const parts = YEAR_FIRST.exec(cell)?.groups ?? (YEAR_LAST.exec(cell)?.groups as Record<string, string> | undefined);
  if (parts === undefined) return { ok: false, message: /^\d{5}(\.\d+)?$/.test(cell) ? SERIAL : NO_TIME };
  const { sign, one, two } = parts;
  const [first, second] = [Number(one ?? 0), Number(two ?? 0)];
  // Points are written by those who put the day first.
  if (sign !== undefined && sign !== "." && first <= 12 && second <= 12 && first !== second)
    return { ok: false, message: AMBIGUOUS };
  const dayFirst = sign === "." || first > 12;
  const [month, day] =
    sign === undefined ? [Number(parts.month), Number(parts.day)] : dayFirst ? [second, first] : [first, second];
  const hour = hourOf(Number(parts.hour ?? 0), parts.half?.toUpperCase());
  const [minute, seconds] = [Number(parts.minute ?? 0), Number(parts.second ?? 0)];
  const midnight = Date.UTC(Number(parts.year), month - 1, day);
  if (new Date(midnight).getUTCDate() !== day || month > 12 || hour === null || minute > 59 || seconds > 59)
    return { ok: false, message: NO_TIME };
  const time = hour * 60 * MINUTE + minute * MINUTE + seconds * 1_000;
  return parts.offset === undefined ? onClock(zone, midnight + time) : within(midnight + time - offsetOf(parts.offset));
}

const within = (at: number): Time => (at >= 0 && at <= LATEST ? { ok: true, at } : { ok: false, message: NO_TIME });

/** `local`: what the clock shows, as if it were UTC. */
function onClock(zone: string, local: number): Time {
  // Where the offset is the same a day before and after, there is only one such instant.
  const offset = offsetMinutes(zone, local - DAY);
  if (offset === offsetMinutes(zone, local + DAY)) return within(local - offset * MINUTE);
  const day = Math.floor(local / DAY);
  const when = { kind: "day", day, relative: false, time: local - day * DAY } as const;
  return within(instantOf(when, { zone, now: 0, edge: "start" }));
}

const NO_TIME = "is not a time like 2026-11-10 20:00:00";
const SERIAL = "is a time as a spreadsheet counts it: format the column as text, like 2026-11-10 20:00:00";
const AMBIGUOUS = "does not say which number is the month: export times like 2026-11-10 20:00:00";

function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour > 23 ? null : hour;
  return hour < 1 || hour > 12 ? null : (hour % 12) + (half === "P" ? 12 : 0);
}

/** `Z`, `+0900` or `+09:00` → ms. */
function offsetOf(text: string): number {
  const [, sign, hours = "0", minutes = "0"] = /^([+-])(\d{1,2}):?(\d{2})$/.exec(text) ?? [];
  const ms = (Number(hours) * 60 + Number(minutes)) * MINUTE;
  return sign === "-" ? -ms : ms;
}
