/**
 * Times as people write them: `yesterday`, `2026-11-10`, `2026-11-10 20:00`, `20:00`, `-7d`, or an RFC 3339 instant. A day and a clock belong
 * to a zone, so they become instants only where the zone of the shop is known.
 */
import { DAY, formatDuration, HOUR, MINUTE, parseDuration, SECOND } from "./duration.ts";
import { LATEST, parseInstant } from "./instant.ts";
import { offsetChange, offsetMinutes } from "./zone.ts";

export type When =
  /** Epoch ms. */
  | { readonly kind: "instant"; readonly at: number }
  /** Milliseconds before now. */
  | { readonly kind: "ago"; readonly ms: number }
  /** `day`: since 1970-01-01, or (`relative`) since today. `time`: ms since midnight; null: the whole day. */
  | { readonly kind: "day"; readonly day: number; readonly relative: boolean; readonly time: number | null };

export const WHEN_FORMS =
  "a day (today, yesterday, 2026-11-10), a time on the shop's clock (20:00, 2026-11-10 20:00), a time ago (-2h, -7d) or an RFC 3339 instant with an offset (2026-11-10T20:00:00+08:00)";

const NAMED: Readonly<Record<string, number>> = { yesterday: -1, today: 0, tomorrow: 1 };
const SHAPE =
  /^(?:(?<named>yesterday|today|tomorrow)|(?<date>\d{4}-\d\d-\d\d))?(?:(?:^| +)(?<clock>\d\d:\d\d(?::\d\d)?))?$/;

/** null: it has none of WHEN_FORMS, or there is no such day or hour. */
export function parseWhen(text: string): When | null {
  const given = text.trim();
  const at = parseInstant(given);
  if (at !== null) return { kind: "instant", at };
  const plain = given.toLowerCase();
  if (plain === "now") return { kind: "ago", ms: 0 };
  if (plain.startsWith("-")) {
    const ms = parseDuration(plain.slice(1));
    return ms === null ? null : { kind: "ago", ms };
  }
  const { named, date, clock } = (plain === "" ? null : SHAPE.exec(plain))?.groups ?? {};
  if (named === undefined && date === undefined && clock === undefined) return null;
  const time = clock === undefined ? null : clockOf(clock);
  if (clock !== undefined && time === null) return null;
  if (date === undefined) return { kind: "day", day: NAMED[named ?? "today"] ?? 0, relative: true, time };
  const midnight = parseInstant(`${date}T00:00:00Z`);
  return midnight === null ? null : { kind: "day", day: midnight / DAY, relative: false, time };
}

function clockOf(text: string): number | null {
  const [hour = 0, minute = 0, second = 0] = text.split(":").map(Number);
  return hour > 23 || minute > 59 || second > 59 ? null : hour * HOUR + minute * MINUTE + second * SECOND;
}

/** From the start of `from` to the end of `to`. */
export type Period = { readonly from: When; readonly to: When };

export const PERIOD_FORMS =
  "a day (yesterday, 2026-11-09) or a period of days or times (2026-11-08..2026-11-09, -2h..now)";

/** `2026-11-09`, or two times with `..` between them. null: it is neither; one time alone is no period. */
export function parsePeriod(text: string): Period | null {
  const [first = "", second, ...more] = text.split("..");
  const from = parseWhen(first);
  const to = second === undefined ? from : parseWhen(second);
  if (from === null || to === null || more.length > 0 || isNever(from, to)) return null;
  return second === undefined && (from.kind !== "day" || from.time !== null) ? null : { from, to };
}

/** A period without any instant. The message says so in the words of the request. */
export class PeriodError extends Error {
  override readonly name = "PeriodError";
}

/** `edge`: a whole day stands for its first instant, or for the first instant after it. */
export type Clock = { readonly zone: string; readonly now: number; readonly edge: "start" | "end" };

/** Epoch ms. */
export function instantOf(when: When, { zone, now, edge }: Clock): number {
  if (when.kind === "instant") return when.at;
  if (when.kind === "ago") return Math.floor(now) - when.ms;
  const day = when.relative ? dayOf(now, zone) + when.day : when.day;
  if (when.time !== null) return localInstant(zone, day * DAY + when.time);
  return localInstant(zone, (edge === "start" ? day : day + 1) * DAY);
}

/** The day on the zone's calendar, since 1970-01-01. */
export const dayOf = (at: number, zone: string): number => Math.floor((at + offsetMinutes(zone, at) * MINUTE) / DAY);

/** The first instant of the day on the zone's calendar. */
export const dayStart = (at: number, zone: string): number => localInstant(zone, dayOf(at, zone) * DAY);

/**
 * The first instant at which the zone's wall clock shows `local` (ms since 1970, as if it were UTC). A time that is skipped when clocks go
 * forward gives the instant of that change.
 */
export function localInstant(zone: string, local: number): number {
  const [before, after] = [local - DAY, local + DAY].map((at) => local - offsetMinutes(zone, at) * MINUTE);
  const [first = local, last = local] = [before, after].sort((a = 0, b = 0) => a - b);
  for (const at of [first, last]) if (at + offsetMinutes(zone, at) * MINUTE === local) return Math.min(at, LATEST);
  return offsetChange(zone, first, last) ?? last;
}

/** Whether no instant lies in [from, to), whatever the zone and the time are. Two forms that depend on them differently are not compared. */
export function isNever(from: When, to: When): boolean {
  if (from.kind !== to.kind || (from.kind === "day" && to.kind === "day" && from.relative !== to.relative))
    return false;
  const noon = 0.5 * DAY;
  const at = (when: When, edge: Clock["edge"]) => instantOf(when, { zone: "UTC", now: noon, edge });
  return at(from, "start") >= at(to, "end");
}

export const formatPeriod = ({ from, to }: Period): string =>
  from === to ? formatWhen(from) : `${formatWhen(from)}..${formatWhen(to)}`;

/** As it could be written again: `yesterday`, `2026-11-10 20:00`, `-7d`. */
export function formatWhen(when: When): string {
  if (when.kind === "instant") return new Date(when.at).toISOString();
  if (when.kind === "ago") return when.ms === 0 ? "now" : `-${formatDuration(when.ms)}`;
  const date = when.relative
    ? (Object.keys(NAMED).find((name) => NAMED[name] === when.day) ?? "")
    : new Date(when.day * DAY).toISOString().slice(0, 10);
  if (when.time === null) return date;
  const clock = new Date(when.time).toISOString().slice(11, when.time % MINUTE === 0 ? 16 : 19);
  return `${date} ${clock}`;
}
