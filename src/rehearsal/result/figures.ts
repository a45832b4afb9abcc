/** Adding up the figures of a rehearsal, row by row and bucket by bucket. */

import type { Order } from "../../core/order/order.ts";
import { fitOf, isExcluded } from "../../core/rules/match.ts";
import { DAY, HOUR, MINUTE } from "../../core/values/duration.ts";
import type { Campaign } from "../../core/values/policy.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import type {
  Example,
  Figures,
  FitFigures,
  Moment,
  RowFigures,
  Sample,
  StepFigures,
  TextFigures,
  ZoneFigures,
} from "../types.ts";

/** Faults that are listed. Further faults are only counted. */
export const MAX_FAULTS = 1_000;

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
    rows: new Map(),
    zones: new Map(),
    chosen: new Set(),
    matches: new Map(),
    created: null,
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

/** Whether a send at this time could be the first. Only `at` is compared, since a full comparison costs more. */
export const wantsSample = ({ samples }: Figures, template: string, at: number): boolean =>
  at <= (samples.get(template)?.at ?? at);

/** Keeps the earliest send of each template. */
export function keepSample({ samples }: Figures, sample: Sample): void {
  const kept = samples.get(sample.template);
  if (kept === undefined || isSampleBefore(sample, kept)) samples.set(sample.template, sample);
}

/** Whether the order needed no reminder any more. */
export const isSettled = (reason: string | null): boolean => reason === "paid" || reason === "closed";

/** Counts a row, or the sums of many. */
export function countRow({ rows }: Figures, more: RowFigures): void {
  const { campaign, step, channel, variant, shop } = more;
  const key = `${campaign}\n${step}\n${channel}\n${variant}\n${shop}`;
  const entry = rows.get(key);
  if (entry === undefined) {
    rows.set(key, { ...more });
    return;
  }
  for (const sum of ["sends", "segments", "micros", "settled", "skips"] as const) entry[sum] += more[sum];
  entry.currency ??= more.currency;
}

/** Counts a send in its hour on the clock of the zone. */
export function countHour({ zones }: Figures, zone: string, shop: string, at: number): void {
  const { shops, hours } = within(zones, zone, emptyZone);
  shops.add(shop);
  const offset = offsetMinutes(zone, at) * MINUTE;
  bump(hours, Math.floor((at + offset) / HOUR) * HOUR - offset, 1);
}

const emptyZone = (): ZoneFigures => ({ shops: new Set(), hours: new Map() });
const emptyFit = (): FitFigures => ({ orders: 0, active: 0, shops: 0, tags: 0, amount: 0, all: 0, excluded: 0 });

/** Counts an order for each campaign that has no row yet. */
export function countMatches(figures: Figures, campaigns: readonly Campaign[], shop: string, order: Order): void {
  const { createdAt } = order;
  if (createdAt !== null) noteCreated(figures, { first: createdAt, last: createdAt });
  for (const campaign of campaigns) {
    if (figures.chosen.has(campaign.key)) continue;
    const fit = fitOf(campaign, shop, order);
    const entry = within(figures.matches, campaign.key, emptyFit);
    entry.orders++;
    for (const condition of ["active", "shops", "tags", "amount"] as const) if (fit[condition]) entry[condition]++;
    if (!fit.active || !fit.shops || !fit.tags || !fit.amount) continue;
    entry.all++;
    if (isExcluded(campaign, shop, order)) entry.excluded++;
  }
}

/** The campaign has a row. Which orders it fits is not needed any more. */
export function choose(figures: Figures, campaign: string): void {
  figures.chosen.add(campaign);
  figures.matches.delete(campaign);
}

function noteCreated(figures: Figures, { first, last }: NonNullable<Figures["created"]>): void {
  const known = figures.created;
  if (known === null || first < known.first || last > known.last)
    figures.created = { first: Math.min(first, known?.first ?? first), last: Math.max(last, known?.last ?? last) };
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
  for (const sample of more.samples.values()) keepSample(sum, sample);
  for (const row of more.rows.values()) countRow(sum, row);
  for (const [zone, { shops, hours }] of more.zones) {
    const entry = within(sum.zones, zone, emptyZone);
    for (const shop of shops) entry.shops.add(shop);
    for (const [hour, count] of hours) bump(entry.hours, hour, count);
  }
  for (const campaign of more.chosen) choose(sum, campaign);
  for (const [campaign, fit] of more.matches) {
    if (sum.chosen.has(campaign)) continue;
    const entry = within(sum.matches, campaign, emptyFit);
    for (const condition of Object.keys(fit) as (keyof FitFigures)[]) entry[condition] += fit[condition];
  }
  if (more.created !== null) noteCreated(sum, more.created);
  for (const fault of more.faults) keepFault(sum, fault);
  for (const [code, { line, message, count }] of more.warned) addWarning(sum, code, line, message, count);
}
