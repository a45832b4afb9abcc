/**
 * The recovery report: orders seen unpaid, messages sent, payments recovered, cost, and the effect of reminders. Every figure has the
 * window [from, to):
 *
 * - `orders`: orders that were received unpaid and may be reminded of, by creation time. Orders paid on delivery do not count, nor
 *   orders that were paid or closed when they were first received. `cases`: their cases, by the creation of their first order.
 *   `manualCases`: those of them that were ever left to a person; `manualWaiting`: those that are now. They have none of the keys that only
 *   reminders have: in rows by step, channel, template, version, variant or reason they are null, and in the totals they stand.
 * - `planned`: reminders, by decision time (by due time while planned). One that was too late when it was decided, as for orders that are
 *   imported, counts when it would have been due (REMINDER_AT). Each one is `sent` (a provider accepted it), `cancelled` (its
 *   reason is paid, closed, refunded or excluded), `skipped` (any other reason) or `pending` (planned, or being sent). So planned =
 *   sent + skipped + cancelled + pending. `unplannedCases`: of the planned, those that stand for a case without any reminder. `failed`, `unknown`: the skipped that every provider refused, or of which nobody knows whether they arrived.
 * - `delivered`: attempts that a receipt confirmed. `segments`: of those that were accepted. `cost`: of those that were, or may have been,
 *   sent, and of those that failed if their receipts say a price. `optOuts`: of their readers. All of them by the time of the attempt.
 * - `remindedOrders`: orders that a sent reminder named, in the row of the first one; in rows by step, channel or template in that of each.
 * - `recoveredOrders`, `recoveredAmount`: orders credited to sent reminders (table `recoveries`: an order once, to the last reminder before its
 *   payment, within its window, not refunded), by the time of that reminder. `medianTimeToPay`: from it to the payment.
 * - The effect of the reminders, by buyers, who are what is drawn into the arms. A buyer counts once a campaign, at the first send of a case in the
 *   window or a `holdout` in its place (table `exposures`); a send counts whatever its result, also when its channel was full (intention to
 *   treat). It is measured when the time in which a payment counts is over: `openBuyers` are those for whom it is not.
 *   `treatedBuyers`, `holdoutBuyers`, and `treatedOrders`, `holdoutOrders`: their orders that could still be paid. `treatedPaidRate`,
 *   `holdoutPaidRate`: the share of the buyers with an order that was paid in that time and not refunded, over the strata (shop, campaign, share held
 *   out) that have both arms, weighted by the treated. `lift`: their difference. `unmeasuredBuyers`: those in strata with one arm only.
 *   Without any holdout the rate is that of all treated, and there is no lift. `moreBuyers`: while the interval includes zero, about so many more
 *   buyers would show an effect of this size (with a probability of 80%).
 * - `extraOrders`, `extraAmount`: what the treated paid beyond what they would have paid, by the same strata.
 * - The intervals are for 95%. While the period runs, or some of its buyers are open, they are those that may be looked at every day.
 * - None of it in rows by step, channel, template or reason: these are decided after the draw. Nor by locale, tag or payment method, in whose rows a
 *   case or message of several orders counts several times, but in the totals once.
 *
 * Counts add up over the rows to the totals. A ratio is null when its divisor is zero. report/counts.ts says where they come from.
 */
import type { Dimension } from "../core/measure/dimensions.ts";
import { PeriodError } from "../core/values/when.ts";
import type { Sql } from "../db/client.ts";
import { databaseNow } from "../db/stores/intake/intake-store.ts";
import { type RecoveryRow, sumRecoveries } from "../db/stores/reads/report/recovery-store.ts";
import {
  hasArms,
  needsReminders,
  ofMessages,
  ofOrders,
  type ReportInput,
} from "../db/stores/reads/report/report-keys.ts";
import { giveRoom, type Keys } from "../db/stores/reads/report/report-store.ts";
import { inTransaction } from "../db/transaction.ts";
import { addCounts, type Draft, emptyDraft, FIGURES, type Figures, figuresOf, type RowKind } from "./figures.ts";
import { paired, periodBefore } from "./report/compare.ts";
import { countsOf, readArms, zonesOf } from "./report/counts.ts";
import { addArm, addMoney, effectOf, isOpen, type Strata } from "./report/effect.ts";
import { type Asked, type Period, readPeriod, type ZoneOf } from "./report/period.ts";
import { type CampaignVariants, variantsOf } from "./report/variants.ts";

export type ReportRow = Figures & {
  readonly keys: Readonly<Partial<Record<Dimension, string | null>>>;
  /** The figures of the period before, if it was asked for. */
  readonly previous?: Figures;
};

export type RecoveryReport = {
  /** In the order in which they were asked for. */
  readonly by: readonly Dimension[];
  readonly period: Period;
  /** The dimensions, then the figures. */
  readonly columns: readonly (Dimension | keyof Figures)[];
  /** Sorted by their keys, null last; without dimensions one row, equal to the totals. */
  readonly rows: readonly ReportRow[];
  readonly totals: Figures;
  /** The period before, if it was asked for. */
  readonly previous: { readonly period: Period; readonly totals: Figures } | null;
  /** With rows by variant: how the variants of each campaign compare. */
  readonly variants: readonly CampaignVariants[];
  /** The arms behind the totals, by shop, campaign and share held out. */
  readonly strata: Strata;
  /** Reasons to doubt the figures. */
  readonly warnings: readonly string[];
};

export type RecoveryInput = Asked & {
  readonly by: readonly Dimension[];
  /** IANA zone of a shop, for its days and hours (UTC). */
  readonly zoneOf?: ZoneOf;
  /** ms after a buyer's first reminder in which a payment counts for the effect; absent: the attribution window of the campaign. */
  readonly horizon?: number | undefined;
  /** null: all shops. */
  readonly shop?: string | null;
  /** Adds the figures of the period before. Not by `hour`. */
  readonly compare?: "previous" | undefined;
};

/** Throws PeriodError when the period has no instant. */
export function recoveryReport(deps: { readonly sql: Sql }, input: RecoveryInput): Promise<RecoveryReport> {
  return inTransaction(deps.sql, (sql) => reportIn(sql, input), "isolation level repeatable read read only");
}

/** `sql`: a transaction of its own. Throws PeriodError. */
export async function reportIn(sql: Sql, input: RecoveryInput): Promise<RecoveryReport> {
  const by = [...new Set(input.by)];
  await giveRoom(sql);
  const now = input.now ?? (await databaseNow(sql));
  const period = await readPeriod(sql, { ...input, now }, input.zoneOf ?? (() => "UTC"), input.shop ?? null);
  const report = await figuresIn(sql, by, period, now, input);
  const columns = [...by, ...FIGURES];
  if (input.compare === undefined) return { by, period, columns, ...report, previous: null };
  if (by.includes("hour")) throw new PeriodError("rows by hour cannot be compared with the period before: take day");
  const previous = periodBefore(period, now);
  const earlier = await figuresIn(sql, by, previous, now, input);
  const none = figuresOf(emptyDraft(), { running: false, ...kindOf(by) });
  const rows = paired({ by, period, previous }, report.rows, earlier.rows, none);
  rows.sort((one, two) => compareKeys(by, one.keys, two.keys));
  return { by, period, columns, ...report, rows, previous: { period: previous, totals: earlier.totals } };
}

const kindOf = (by: readonly Dimension[]) => ({ cut: needsReminders(by), byMessage: ofMessages(by) });

async function figuresIn(
  sql: Sql,
  by: readonly Dimension[],
  period: Period,
  now: number,
  { shop = null, horizon = null }: { readonly shop?: string | null; readonly horizon?: number | null | undefined },
) {
  const zones = zonesOf(period.zones);
  const report: ReportInput = { by, windows: shop === null ? period.windows : period.zones, zones };
  // Rows by what was decided after the draw have no arms; the totals have.
  const arms = await readArms(sql, { ...report, by: hasArms(by) ? by : [], horizon });
  const { byKey, total } = await drafted(sql, report, arms);
  const ends = period.to === null || period.to > now;
  const figures = (draft: Draft, kind: Omit<RowKind, "running"> = {}): Figures =>
    figuresOf(draft, { running: ends || isOpen(draft.strata), ...kind });
  const rows = [...byKey].map(([key, draft]) => ({ keys: keysOf(by, key), ...figures(draft, kindOf(by)) }));
  rows.sort((one, two) => compareKeys(by, one.keys, two.keys));
  return {
    rows,
    totals: figures(total),
    strata: total.strata,
    variants: by.includes("variant") ? variantsOf(await arms.variants()) : [],
    warnings: effectOf(total.strata, false).skewed ? [SKEWED] : [],
  };
}

const SKEWED =
  "The control group has another size than the share held out allows by chance (1 in 1,000), so no effect is shown: something decides who is counted.";

type Drafts = { readonly byKey: ReadonlyMap<string, Draft>; readonly total: Draft };

async function drafted(sql: Sql, input: ReportInput, arms: Awaited<ReturnType<typeof readArms>>): Promise<Drafts> {
  const byKey = new Map<string, Draft>();
  const of = (row: Keys): Draft => {
    const key = JSON.stringify(input.by.map((_, i) => row[`k${i}`] ?? null));
    const draft = byKey.get(key) ?? emptyDraft();
    byKey.set(key, draft);
    return draft;
  };
  const total = input.by.length === 0 ? of({}) : emptyDraft();
  /** The row, and the totals where they are another one. */
  const both = (row: Keys) => new Set([of(row), total]);

  // Orders and cases are in no row by a step, say, and an order may be reminded of in several, or have several tags.
  const several = ofOrders(input.by);
  const partial = several || needsReminders(input.by);
  for (const row of await countsOf(sql, input))
    for (const draft of partial ? [of(row)] : both(row)) addCounts(draft, row);
  if (partial) for (const row of await countsOf(sql, { ...input, by: [] })) addCounts(total, row);

  for (const row of await sumRecoveries(sql, input)) {
    if (row.currency === null) addRecoveries([row.total ? total : of(row)], row);
    else addRecoveries(several ? [of(row)] : both(row), row);
  }
  if (several) for (const row of await sumRecoveries(sql, { ...input, by: [] })) addRecoveries([total], row);
  const into = (row: Keys) => (hasArms(input.by) ? both(row) : [total]);
  for (const row of await arms.buyers()) for (const { strata } of into(row)) addArm(strata, row);
  for (const row of await arms.money()) for (const { strata } of into(row)) addMoney(strata, row);
  return { byKey, total };
}

function addRecoveries(drafts: Iterable<Draft>, { currency, n, amount, ms }: RecoveryRow): void {
  for (const draft of drafts) {
    if (currency === null) draft.median = ms;
    else {
      draft.recovered += n;
      draft.amounts.set(currency, (draft.amounts.get(currency) ?? 0n) + BigInt(amount ?? 0));
    }
  }
}

function keysOf(by: readonly Dimension[], key: string): ReportRow["keys"] {
  const values: (string | null)[] = JSON.parse(key);
  return Object.fromEntries(by.map((dimension, i) => [dimension, values[i] ?? null]));
}

function compareKeys(by: readonly Dimension[], a: ReportRow["keys"], b: ReportRow["keys"]): number {
  for (const dimension of by) {
    const one = a[dimension] ?? null;
    const two = b[dimension] ?? null;
    if (one === two) continue;
    if (one === null || two === null) return one === null ? 1 : -1;
    return one < two ? -1 : 1;
  }
  return 0;
}
