/** The figures of a row of the recovery report, computed from counts. recovery.ts says what each figure means. */
import { currencyDigits } from "../core/values/money.ts";
import { COUNTED } from "../db/stores/reads/report/report-store.ts";
import { type Effect, effectOf, type Strata } from "./report/effect.ts";

/** Millionths of the currency's unit: a segment can cost less than the smallest coin. */
export type Micros = { readonly micros: number; readonly currency: string };
/** `amount` in minor units; a sum may be beyond 2^53. */
export type Minor = { readonly amount: bigint; readonly currency: string };
export type Roi = { readonly roi: number; readonly currency: string };

export type Figures = Omit<Effect, "skewed"> & {
  /** These four are null in rows by what only reminders have: a step, say. */
  readonly orders: number | null;
  readonly cases: number | null;
  readonly manualCases: number | null;
  readonly manualWaiting: number | null;
  readonly planned: number;
  /** Cases that never had a reminder: each counts as one of the planned. */
  readonly unplannedCases: number;
  readonly sent: number;
  readonly delivered: number;
  readonly skipped: number;
  /** Parts of `skipped`: refused by the provider, and of unknown outcome. */
  readonly failed: number;
  readonly unknown: number;
  readonly cancelled: number;
  readonly pending: number;
  readonly optOuts: number;
  readonly remindedOrders: number;
  readonly recoveredOrders: number;
  readonly recoveryRate: number | null;
  /** Sorted by currency. */
  readonly recoveredAmount: readonly Minor[];
  readonly segments: number;
  readonly cost: readonly Micros[];
  /** null unless all of it is in one currency and something was spent. */
  readonly roi: number | null;
  /** For each currency in which something was spent. */
  readonly roiByCurrency: readonly Roi[];
  /** ms. */
  readonly medianTimeToPay: number | null;
};

export type Counts = Record<(typeof COUNTED)[number], number>;

export type Draft = Counts & {
  recovered: number;
  readonly amounts: Map<string, bigint>;
  readonly costs: Map<string, number>;
  median: number | null;
  strata: Strata;
};

export function emptyDraft(): Draft {
  const zeros = Object.fromEntries(COUNTED.map((name) => [name, 0])) as Counts;
  return { ...zeros, recovered: 0, median: null, strata: new Map(), amounts: new Map(), costs: new Map() };
}

/** Adds what a statement counted. */
export function addCounts(
  draft: Draft,
  row: Partial<Counts> & { readonly cost_currency?: string | null; readonly cost_micros?: string },
): void {
  for (const name of COUNTED) draft[name] += row[name] ?? 0;
  const { cost_currency: currency, cost_micros: micros } = row;
  if (currency != null && micros !== undefined)
    draft.costs.set(currency, (draft.costs.get(currency) ?? 0) + Number(micros));
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/**
 * - `running`: further buyers may come to the period.
 * - `cut`: the row is one by what only reminders have, so orders and cases are in the totals alone. `byMessage`: by what a message has, so an order
 *   may be reminded of in several rows.
 */
export type RowKind = { readonly running: boolean; readonly cut?: boolean; readonly byMessage?: boolean };

export function figuresOf(draft: Draft, { running, cut = false, byMessage = false }: RowKind): Figures {
  const { median } = draft;
  const reminded = byMessage ? draft.named : draft.reminded;
  const recoveredAmount = sorted(draft.amounts).map(([currency, amount]) => ({ amount, currency }));
  const cost = sorted(draft.costs)
    .filter(([, micros]) => micros !== 0)
    .map(([currency, micros]) => ({ micros, currency }));
  const { skewed: _, ...effect } = effectOf(draft.strata, running);
  return {
    orders: cut ? null : draft.orders,
    cases: cut ? null : draft.cases,
    planned: draft.planned,
    sent: draft.sent,
    delivered: draft.delivered,
    skipped: draft.skipped,
    failed: draft.failed,
    unknown: draft.unknown,
    cancelled: draft.cancelled,
    pending: draft.planned - draft.sent - draft.skipped - draft.cancelled,
    optOuts: draft.opt_outs,
    remindedOrders: reminded,
    recoveredOrders: draft.recovered,
    recoveryRate: ratio(draft.recovered, reminded),
    recoveredAmount,
    segments: draft.segments,
    cost,
    roi: roiOf(recoveredAmount, cost),
    roiByCurrency: roisOf(recoveredAmount, cost),
    medianTimeToPay: median === null ? null : Math.round(median),
    ...effect,
    manualCases: cut ? null : draft.manual,
    manualWaiting: cut ? null : draft.waiting,
    unplannedCases: draft.unplanned,
  };
}

/** Both sides in units of one currency, or null. */
function roiOf(recovered: readonly Minor[], cost: readonly Micros[]): number | null {
  const [first, other] = roisOf(recovered, cost);
  if (first === undefined || other !== undefined) return null;
  return recovered.some(({ currency }) => currency !== first.currency) ? null : first.roi;
}

const roisOf = (recovered: readonly Minor[], cost: readonly Micros[]): Roi[] =>
  cost
    .filter(({ micros }) => micros > 0)
    .map(({ micros, currency }) => {
      const minor = recovered.find((each) => each.currency === currency)?.amount ?? 0n;
      return { roi: Number(minor) / 10 ** (currencyDigits(currency) ?? 2) / (micros / 1_000_000), currency };
    });

const sorted = <Value>(values: ReadonlyMap<string, Value>): [string, Value][] =>
  [...values].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

export const FIGURES = Object.keys(figuresOf(emptyDraft(), { running: false })) as (keyof Figures)[];
