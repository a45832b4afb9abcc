/** The figures of a row of the recovery report, computed from counts. recovery.ts says what each figure means. */
import { liftOf } from "../core/measure/lift.ts";
import { currencyDigits } from "../core/values/money.ts";

/** Millionths of the currency's unit: a segment can cost less than the smallest coin. */
export type Micros = { readonly micros: number; readonly currency: string };
/** `amount` in minor units. */
export type Minor = { readonly amount: number; readonly currency: string };
export type Roi = { readonly roi: number; readonly currency: string };

export type Figures = {
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
  readonly holdoutOrders: number;
  readonly holdoutPaidRate: number | null;
  readonly treatedOrders: number;
  readonly treatedPaidRate: number | null;
  readonly lift: number | null;
  readonly liftLow: number | null;
  readonly liftHigh: number | null;
};

export const COUNTS = ["planned", "sent", "delivered", "skipped", "cancelled", "pending", "segments"] as const;

export type Draft = Record<
  (typeof COUNTS)[number] | "orders" | "cases" | "manual" | "waiting" | "reminded" | "recovered",
  number
> & {
  amounts: Map<string, number>;
  costs: Map<string, number>;
  median: number | null;
  held: { orders: number; paid: number };
  treated: { orders: number; paid: number };
};

export function emptyDraft(): Draft {
  const zeros = { planned: 0, sent: 0, delivered: 0, skipped: 0, cancelled: 0, pending: 0, segments: 0 };
  const distinct = { orders: 0, cases: 0, manual: 0, waiting: 0, reminded: 0, recovered: 0, median: null };
  const arms = { held: { orders: 0, paid: 0 }, treated: { orders: 0, paid: 0 } };
  return { ...zeros, ...distinct, ...arms, amounts: new Map(), costs: new Map() };
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
    for (const arm of ["held", "treated"] as const) {
      sum[arm].orders += draft[arm].orders;
      sum[arm].paid += draft[arm].paid;
    }
  }
  return sum;
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
type Counted = { readonly orders: number; readonly paid: number };
const rateOf = ({ orders, paid }: Counted): number | null => ratio(paid, orders);
const armOf = ({ orders, paid }: Counted) => ({ n: orders, paid });

export function figuresOf(draft: Draft): Figures {
  const { median, held, treated } = draft;
  const recoveredAmount = sorted(draft.amounts).map(([currency, amount]) => ({ amount, currency }));
  const cost = sorted(draft.costs).map(([currency, micros]) => ({ micros, currency }));
  const lift = liftOf([{ treated: armOf(treated), held: armOf(held), weight: 1 }]);
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
    holdoutOrders: held.orders,
    holdoutPaidRate: rateOf(held),
    treatedOrders: treated.orders,
    treatedPaidRate: rateOf(treated),
    lift: lift?.lift ?? null,
    liftLow: lift?.low ?? null,
    liftHigh: lift?.high ?? null,
    manualCases: draft.manual,
    manualWaiting: draft.waiting,
  };
}

/** A row whose arms are not alike: the shares stay, and the difference would mean nothing. */
export const withoutLift = (figures: Figures): Figures => ({ ...figures, lift: null, liftLow: null, liftHigh: null });

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

export const FIGURES = Object.keys(figuresOf(emptyDraft())) as (keyof Figures)[];
