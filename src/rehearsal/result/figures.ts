/** Adding up the figures of a rehearsal, row by row and bucket by bucket. */
import { DAY, HOUR, MINUTE } from "../../core/values/duration.ts";
import type { Example, Figures, Moment, Sample, StepFigures, TextFigures } from "../types.ts";

/** Faults that are listed. Further faults are only counted. */
export const MAX_FAULTS = 1_000;
/** Samples kept of each template. With only one template all shown samples are its. */
export const MAX_SAMPLES = 5;

export function emptyFigures(): Figures {
  return {
    orders: 0,
    cases: 0,
    events: 0,
    duplicates: 0,
    sends: 0,
    first: null,
    last: null,
    perSecond: new Map(),
    segments: new Map(),
    cost: new Map(),
    reasons: new Map(),
    fits: new Map(),
    quiet: new Map(),
    textless: new Map(),
    fallbacks: new Map(),
    texts: new Map(),
    refused: new Map(),
    samples: new Map(),
    faults: [],
    faultCount: 0,
    warned: new Map(),
  };
}

export const bump = <K>(map: Map<K, number>, key: K, by: number): void => void map.set(key, (map.get(key) ?? 0) + by);

export function within<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

export function countSend(figures: Figures, channel: string, at: number, room: number, count = 1): void {
  const second = Math.floor(at / 1_000);
  const seconds = within(figures.perSecond, channel, () => new Map<number, { count: number; room: number }>());
  const entry = within(seconds, second, () => ({ count: 0, room }));
  entry.count += count;
  entry.room = Math.min(entry.room, room);
}

export function countTexts({ texts }: Figures, template: string, more: TextFigures): void {
  const entry = within(texts, template, () => ({ ...more, sends: 0, segments: 0, micros: 0 }));
  entry.sends += more.sends;
  entry.segments += more.segments;
  entry.micros += more.micros;
}

export function countReason(figures: Figures, reason: string, example: Example, count = 1): void {
  const entry = within(figures.reasons, reason, () => ({ count: 0, example }));
  entry.count += count;
  if (isBefore(example, entry.example)) entry.example = example;
}

const isBefore = (a: Example, b: Example): boolean =>
  a.at !== b.at
    ? a.at < b.at
    : a.shop !== b.shop
      ? a.shop < b.shop
      : a.order !== b.order
        ? a.order < b.order
        : a.buyer < b.buyer;

/** The time for which orders stay open, in minutes. Over two days it is rounded down to hours, over two months to days, so that there are not too many values. */
export function lifeOf(ms: number): number {
  const unit = ms <= 2 * DAY ? MINUTE : ms <= 60 * DAY ? HOUR : DAY;
  return Math.floor(Math.min(ms, 3_650 * DAY) / unit) * (unit / MINUTE);
}

export function countFit(figures: Figures, step: string, minutes: number | null, more: StepFigures): void {
  const lives = within(figures.fits, step, () => new Map<number | null, StepFigures>());
  const entry = within(lives, minutes, () => ({ rows: 0, noTime: 0, superseded: 0 }));
  entry.rows += more.rows;
  entry.noTime += more.noTime;
  entry.superseded += more.superseded;
}

export function countQuiet(figures: Figures, step: string, quiet: number, rows: number): void {
  const entry = within(figures.quiet, step, (): [number, number] => [0, 0]);
  entry[0] += quiet;
  entry[1] += rows;
}

const isSampleBefore = (a: Sample, b: Sample): boolean =>
  a.at !== b.at
    ? a.at < b.at
    : a.shop !== b.shop
      ? a.shop < b.shop
      : a.buyer !== b.buyer
        ? a.buyer < b.buyer
        : a.text < b.text;

/** Whether a send at this time could be a sample. Only `at` is compared, since a full comparison costs more. */
export function wantsSample({ samples }: Figures, template: string, at: number): boolean {
  const kept = samples.get(template);
  const last = kept?.at(-1);
  return kept === undefined || kept.length < MAX_SAMPLES || last === undefined || at <= last.at;
}

/** The earliest sends of each template. */
export function keepSample({ samples }: Figures, sample: Sample): void {
  const kept = within(samples, sample.template, (): Sample[] => []);
  const place = kept.findIndex((other) => isSampleBefore(sample, other));
  kept.splice(place < 0 ? kept.length : place, 0, sample);
  if (kept.length > MAX_SAMPLES) kept.pop();
}

export function noteMoment(figures: Figures, moment: Moment): void {
  const { first, last } = figures;
  if (first === null || moment.at < first.at || (moment.at === first.at && moment.zone < first.zone))
    figures.first = moment;
  if (last === null || moment.at > last.at || (moment.at === last.at && moment.zone < last.zone)) figures.last = moment;
}

export function addFault(figures: Figures, line: number, message: string): void {
  figures.faultCount++;
  keepFault(figures, { line, message });
}

export function addWarning(figures: Figures, code: string, line: number, message: string, count = 1): void {
  const entry = within(figures.warned, code, () => ({ count: 0, line, message }));
  entry.count += count;
  if (line < entry.line) Object.assign(entry, { line, message });
}

/** Keeps the faults of the first lines, in any order of arrival. */
function keepFault({ faults }: Figures, fault: Figures["faults"][number]): void {
  faults.push(fault);
  if (faults.length >= MAX_FAULTS * 2) faults.sort((a, b) => a.line - b.line).length = MAX_FAULTS;
}

/** Adds `more` to `sum`. */
export function addFigures(sum: Figures, more: Figures): void {
  for (const key of ["orders", "cases", "events", "duplicates", "sends", "faultCount"] as const) sum[key] += more[key];
  for (const moment of [more.first, more.last]) if (moment !== null) noteMoment(sum, moment);
  for (const [channel, seconds] of more.perSecond)
    for (const [second, { count, room }] of seconds) countSend(sum, channel, second * 1_000, room, count);
  for (const key of ["segments", "cost", "textless", "fallbacks", "refused"] as const)
    for (const [name, count] of more[key]) bump(sum[key], name, count);
  for (const [reason, { count, example }] of more.reasons) countReason(sum, reason, example, count);
  for (const [step, lives] of more.fits) for (const [minutes, figures] of lives) countFit(sum, step, minutes, figures);
  for (const [step, [quiet, rows]] of more.quiet) countQuiet(sum, step, quiet, rows);
  for (const [template, text] of more.texts) countTexts(sum, template, text);
  for (const samples of more.samples.values()) for (const sample of samples) keepSample(sum, sample);
  for (const fault of more.faults) keepFault(sum, fault);
  for (const [code, { line, message, count }] of more.warned) addWarning(sum, code, line, message, count);
}
