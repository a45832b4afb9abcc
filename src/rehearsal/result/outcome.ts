/** The result of a rehearsal besides its rows: peaks, segments, cost, warnings. */

import { formatDuration, MINUTE } from "../../core/values/duration.ts";
import { formatInstant } from "../../core/values/instant.ts";
import { currencyDigits } from "../../core/values/money.ts";
import type { Campaign } from "../../core/values/policy.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import type { Figures, Moment, RehearsalChannel, RehearsalStart, RowFigures } from "../types.ts";
import { isSettled, MAX_FAULTS } from "./figures.ts";
import { unmatched } from "./unmatched.ts";

export type Outcome = {
  readonly from: string | null;
  readonly to: string | null;
  readonly orders: number;
  readonly cases: number;
  readonly peakPerSecond: Readonly<Record<string, number>>;
  readonly segments: Readonly<Record<string, number>>;
  readonly cost: readonly { readonly amount: string; readonly currency: string }[];
  readonly texts: readonly TextOutcome[];
  /** The busiest second of each channel; of equal ones the first. */
  readonly peaks: readonly { readonly channel: string; readonly at: string; readonly sends: number }[];
  /** Hours with sends, on the clock of each zone. */
  readonly hours: readonly { readonly zone: string; readonly at: string; readonly sends: number }[];
  readonly rows: readonly RowOutcome[];
  /** Skips because the order was paid or closed: the reminder was not needed any more. */
  readonly settled: Readonly<Record<string, number>>;
  /** All other skips by reason. */
  readonly skipped: Readonly<Record<string, number>>;
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
  /** The first message of this text; null: it could be made for nobody. */
  readonly example: string | null;
};

/** The decided rows of one campaign, step, channel, variant and shop. Skips have neither channel nor variant. */
export type RowOutcome = Omit<RowFigures, "micros" | "currency"> & { readonly cost: TextOutcome["cost"] };

/** The parts of the file that are counted. */
type Place = "line" | "row";

export function outcomeOf(
  figures: Figures,
  input: {
    readonly from: RehearsalStart;
    readonly table?: boolean;
    readonly channels: readonly RehearsalChannel[];
    readonly warnings: readonly string[];
    /** Those that were rehearsed. */
    readonly campaigns: readonly Campaign[];
  },
): Outcome {
  const { first, last } = figures;
  const place = input.table === true ? "row" : "line";
  const from = startOf(input.from, first);
  const to = from !== null && last !== null && last.at < from.at ? from : last;
  return {
    from: moment(from),
    to: moment(to),
    orders: figures.orders,
    cases: figures.cases,
    peakPerSecond: Object.fromEntries(peaks(figures).map(({ channel, sends }) => [channel, sends])),
    segments: sorted(figures.segments),
    cost: [...figures.cost]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([currency, micros]) => price(micros, currency) ?? []),
    texts: [...figures.texts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([template, { channel, sends, segments, micros, currency }]) => ({
        template,
        channel,
        sends,
        segments,
        cost: price(micros, currency),
        example: figures.samples.get(template)?.text ?? null,
      })),
    peaks: peaks(figures).map(({ channel, second, sends }) => ({
      channel,
      at: moment({ at: second * 1_000, zone: first?.zone ?? "UTC" }) ?? "",
      sends,
    })),
    hours: [...figures.zones]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([zone, { hours }]) =>
        [...hours]
          .sort(([a], [b]) => a - b)
          .map(([hour, sends]) => ({ zone, at: formatInstant(hour, offsetMinutes(zone, hour)), sends })),
      ),
    rows: [...figures.rows.values()]
      .sort(compareKeys)
      .map(({ micros, currency, ...row }) => ({ ...row, cost: price(micros, currency) })),
    settled: countsOf(figures, (reason) => isSettled(reason)),
    skipped: countsOf(figures, (reason) => !isSettled(reason)),
    warnings: [
      ...faults(figures, place),
      ...warned(figures, place),
      ...input.warnings,
      ...counted(figures.textless),
      ...counted(figures.fallbacks),
      ...counted(figures.refused),
      ...unmatched(figures, input.campaigns, first?.zone ?? "UTC"),
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

function peaks({ perSecond }: Figures): { channel: string; second: number; sends: number }[] {
  return [...perSecond]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([channel, seconds]) => {
      const peak = { channel, second: Number.POSITIVE_INFINITY, sends: 0 };
      for (const [second, { count }] of seconds)
        if (count > peak.sends || (count === peak.sends && second < peak.second))
          Object.assign(peak, { second, sends: count });
      return peak;
    });
}

const KEYS = ["campaign", "step", "channel", "variant", "shop"] as const;

/** Rows without a value come last. */
function compareKeys(a: RowFigures, b: RowFigures): number {
  for (const key of KEYS) {
    const [one, other] = [a[key], b[key]];
    if (one !== other) return one === null ? 1 : other === null ? -1 : one < other ? -1 : 1;
  }
  return 0;
}

const countsOf = ({ reasons }: Figures, is: (reason: string) => boolean): Record<string, number> =>
  sorted(new Map([...reasons].flatMap(([reason, { count }]) => (is(reason) ? [[reason, count]] : []))));

const price = (micros: number, currency: string | null): TextOutcome["cost"] =>
  currency === null ? null : { amount: decimal(micros, currencyDigits(currency) ?? 2), currency };

/** Millionths as a decimal, with at least the coin's digits and no more than needed. */
export function decimal(micros: number, digits: number): string {
  const text = String(micros).padStart(7, "0");
  const fraction = text.slice(-6).replace(/0+$/, "").padEnd(digits, "0");
  return fraction === "" ? text.slice(0, -6) : `${text.slice(0, -6)}.${fraction}`;
}

function* faults({ faults: list, faultCount, duplicates }: Figures, place: Place): Generator<string> {
  const first = [...list].sort((a, b) => a.line - b.line).slice(0, MAX_FAULTS);
  for (const { line, message } of first) yield `${place} ${line}: ${message}`;
  if (faultCount > first.length) yield `${faultCount - first.length} more ${place}s have a fault`;
  if (duplicates > 0) yield `${duplicates} events repeat the id of an earlier event and were ignored`;
}

function* warned({ warned: map }: Figures, place: Place): Generator<string> {
  for (const [code, { count, line, message }] of [...map].sort(([a], [b]) => (a < b ? -1 : 1)))
    yield `${place} ${line}: ${message} (${code}; ${count === 1 ? "this event only" : `${count} events`})`;
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
