/** The figures of a row of the recovery report, computed from counts. recovery.ts says what each figure means. */
import { currencyDigits } from "../core/values/money.ts";
import { type Effect, effectOf, type Strata, sumOfStrata } from "./report/effect.ts";

/** Millionths of the currency's unit: a segment can cost less than the smallest coin. */
export type Micros = { readonly micros: number; readonly currency: string };
/** `amount` in minor units. */
export type Minor = { readonly amount: number; readonly currency: string };
export type Roi = { readonly roi: number; readonly currency: string };

export type Figures = Omit<Effect, "skewed"> & {
  readonly orders: number;
  readonly cases: number;
  readonly manualCases: number;
  readonly manualWaiting: number;
  readonly planned: number;
  readonly sent: number;
  readonly delivered: number;
  readonly skipped: number;
  readonly cancelled: number;
  readonly pending: number;
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

export const COUNTS = ["planned", "sent", "delivered", "skipped", "cancelled", "pending", "segments"] as const;

export type Draft = Record<
  (typeof COUNTS)[number] | "orders" | "cases" | "manual" | "waiting" | "reminded" | "recovered",
  number
> & {
  amounts: Map<string, number>;
  costs: Map<string, number>;
  median: number | null;
  strata: Strata;
};

export function emptyDraft(): Draft {
  const zeros = { planned: 0, sent: 0, delivered: 0, skipped: 0, cancelled: 0, pending: 0, segments: 0 };
  const distinct = { orders: 0, cases: 0, manual: 0, waiting: 0, reminded: 0, recovered: 0, median: null };
  return { ...zeros, ...distinct, strata: new Map(), amounts: new Map(), costs: new Map() };
}

export const add = (to: Map<string, number>, key: string, value: number) => to.set(key, (to.get(key) ?? 0) + value);

/** Sums the figures that add up over the rows. The other figures must be counted for the totals. */
export function sumOf(drafts: Iterable<Draft>): Draft {
  const sum = emptyDraft();
  for (const draft of drafts) {
    for (const name of [...COUNTS, "orders", "cases", "manual", "waiting", "recovered"] as const)
      sum[name] += draft[name];
    for (const [currency, amount] of draft.amounts) add(sum.amounts, currency, amount);
    for (const [currency, micros] of draft.costs) add(sum.costs, currency, micros);
    sum.strata = sumOfStrata([sum.strata, draft.strata]);
  }
  return sum;
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** `running`: further buyers may come to the period. */
export function figuresOf(draft: Draft, running: boolean): Figures {
  const { median } = draft;
  const recoveredAmount = sorted(draft.amounts).map(([currency, amount]) => ({ amount, currency }));
  const cost = sorted(draft.costs).map(([currency, micros]) => ({ micros, currency }));
  const { skewed: _, ...effect } = effectOf(draft.strata, running);
  return {
    orders: draft.orders,
    cases: draft.cases,
    planned: draft.planned,
    sent: draft.sent,
    delivered: draft.delivered,
    skipped: draft.skipped,
    cancelled: draft.cancelled,
    pending: draft.pending,
    remindedOrders: draft.reminded,
    recoveredOrders: draft.recovered,
    recoveryRate: ratio(draft.recovered, draft.reminded),
    recoveredAmount,
    segments: draft.segments,
    cost,
    roi: roiOf(recoveredAmount, cost),
    roiByCurrency: roisOf(recoveredAmount, cost),
    medianTimeToPay: median === null ? null : Math.round(median),
    ...effect,
    manualCases: draft.manual,
    manualWaiting: draft.waiting,
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
      const minor = recovered.find((each) => each.currency === currency)?.amount ?? 0;
      return { roi: minor / 10 ** (currencyDigits(currency) ?? 2) / (micros / 1_000_000), currency };
    });

const sorted = (values: ReadonlyMap<string, number>): [string, number][] =>
  [...values].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

export const FIGURES = Object.keys(figuresOf(emptyDraft(), false)) as (keyof Figures)[];
