/** The result of a rehearsal besides its rows: peaks, segments, cost, warnings. */

import { formatDuration, MINUTE } from "../../core/values/duration.ts";
import { formatInstant } from "../../core/values/instant.ts";
import { currencyDigits } from "../../core/values/money.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import type { Figures, Moment, RehearsalChannel, RehearsalStart } from "../types.ts";
import { MAX_FAULTS } from "./figures.ts";

export type Outcome = {
  readonly from: string | null;
  readonly to: string | null;
  readonly orders: number;
  readonly cases: number;
  readonly peakPerSecond: Readonly<Record<string, number>>;
  readonly segments: Readonly<Record<string, number>>;
  readonly cost: readonly { readonly amount: string; readonly currency: string }[];
  readonly texts: readonly TextOutcome[];
  readonly warnings: readonly string[];
};

/** The sends of one text. */
export type TextOutcome = {
  /** `default/nudge.sms.en` */
  readonly template: string;
  readonly channel: string;
  readonly sends: number;
  readonly segments: number;
  /** null: the channel has no price. */
  readonly cost: { readonly amount: string; readonly currency: string } | null;
};

export function outcomeOf(
  figures: Figures,
  input: {
    readonly from: RehearsalStart;
    readonly channels: readonly RehearsalChannel[];
    readonly warnings: readonly string[];
  },
): Outcome {
  const { first, last } = figures;
  const from = startOf(input.from, first);
  const to = from !== null && last !== null && last.at < from.at ? from : last;
  return {
    from: moment(from),
    to: moment(to),
    orders: figures.orders,
    cases: figures.cases,
    peakPerSecond: peaks(figures),
    segments: sorted(figures.segments),
    cost: [...figures.cost]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([currency, micros]) => ({ amount: decimal(micros, currencyDigits(currency) ?? 2), currency })),
    texts: [...figures.texts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([template, { channel, sends, segments, micros, currency }]) => ({
        template,
        channel,
        sends,
        segments,
        cost: currency === null ? null : { amount: decimal(micros, currencyDigits(currency) ?? 2), currency },
      })),
    warnings: [
      ...faults(figures),
      ...warned(figures),
      ...input.warnings,
      ...counted(figures.textless),
      ...counted(figures.fallbacks),
      ...counted(figures.refused),
      ...unfit(figures),
      ...quiet(figures),
      ...slow(figures, input.channels),
    ],
  };
}

/** In several zones: the earliest. */
function startOf(from: RehearsalStart, first: Moment | null): Moment | null {
  if (from === null) return first;
  if (typeof from === "number") return { at: from, zone: first?.zone ?? "UTC" };
  const [earliest] = [...from].sort(([, a], [, b]) => a - b);
  return earliest === undefined ? first : { at: earliest[1], zone: earliest[0] };
}

const moment = (at: Moment | null): string | null =>
  at === null ? null : formatInstant(at.at, offsetMinutes(at.zone, at.at));

const sorted = (map: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));

function peaks({ perSecond }: Figures): Record<string, number> {
  const found = new Map<string, number>();
  for (const [channel, seconds] of perSecond) {
    let peak = 0;
    for (const { count } of seconds.values()) peak = Math.max(peak, count);
    found.set(channel, peak);
  }
  return sorted(found);
}

/** Millionths as a decimal, with at least the coin's digits and no more than needed. */
export function decimal(micros: number, digits: number): string {
  const text = String(micros).padStart(7, "0");
  const fraction = text.slice(-6).replace(/0+$/, "").padEnd(digits, "0");
  return fraction === "" ? text.slice(0, -6) : `${text.slice(0, -6)}.${fraction}`;
}

function* faults({ faults: list, faultCount, duplicates }: Figures): Generator<string> {
  const first = [...list].sort((a, b) => a.line - b.line).slice(0, MAX_FAULTS);
  for (const { line, message } of first) yield `line ${line}: ${message}`;
  if (faultCount > first.length) yield `${faultCount - first.length} more lines have a fault`;
  if (duplicates > 0) yield `${duplicates} events repeat the id of an earlier event and were ignored`;
}

function* warned({ warned: map }: Figures): Generator<string> {
  for (const [code, { count, line, message }] of [...map].sort(([a], [b]) => (a < b ? -1 : 1)))
    yield `line ${line}: ${message} (${code}; ${count === 1 ? "this event only" : `${count} events`})`;
}

function* counted(map: ReadonlyMap<string, number>): Generator<string> {
  for (const [why, count] of [...map].sort(([a], [b]) => (a < b ? -1 : 1))) yield `${why} (${count} sends)`;
}

/** Steps that could remind no order of some close time. */
function* unfit({ fits }: Figures): Generator<string> {
  for (const [step, lives] of [...fits].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const never = [...lives].filter(
      ([minutes, { rows, noTime, superseded }]) =>
        minutes !== null && rows > 0 && noTime + superseded === rows && noTime > 0,
    );
    if (never.length === 0) continue;
    const rows = never.reduce((sum, [, figures]) => sum + figures.rows, 0);
    const times = never.map(([minutes]) => minutes ?? 0).sort((a, b) => a - b);
    const [shortest = 0] = times;
    const longest = times.at(-1) ?? shortest;
    const span =
      shortest === longest
        ? formatDuration(shortest * MINUTE)
        : `${formatDuration(shortest * MINUTE)} to ${formatDuration(longest * MINUTE)}`;
    yield `step ${step} never fits orders that close ${span} after they were created (${rows} reminders)`;
  }
}

/** Warns if quiet hours skip a tenth of a step's reminders or more. */
function* quiet({ quiet: map }: Figures): Generator<string> {
  for (const [step, [skipped, rows]] of [...map].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (skipped * 10 >= rows && skipped > 0) yield `quiet hours skip ${skipped} of ${rows} reminders of step ${step}`;
}

/** Warns of sends that would be too late because of their channel's rate limit. */
function* slow({ perSecond }: Figures, channels: readonly RehearsalChannel[]): Generator<string> {
  for (const { name, ratePerSecond } of channels) {
    const seconds = perSecond.get(name);
    if (ratePerSecond === null || seconds === undefined) continue;
    let free = 0;
    let late = 0;
    let longest = 0;
    for (const [second, { count, room }] of [...seconds].sort(([a], [b]) => a - b)) {
      free = Math.max(free, second * 1_000) + (count / ratePerSecond) * 1_000;
      const wait = free - second * 1_000;
      longest = Math.max(longest, wait);
      if (wait > room) late += Math.min(count, Math.ceil(((wait - room) / 1_000) * ratePerSecond));
    }
    if (late > 0)
      yield `channel ${name} is too slow for its peak: at ${ratePerSecond}/s its queue reaches ${formatDuration(longest)}, and up to ${late} sends are too late`;
  }
}
