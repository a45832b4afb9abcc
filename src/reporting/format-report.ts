/** The recovery report for programs (JSON) and for spreadsheets (CSV). report/table.ts writes it for people. */

import type { Dimension } from "../core/measure/dimensions.ts";
import { formatDuration, SECOND } from "../core/values/duration.ts";
import { decimalCost, formatAmount } from "../core/values/money.ts";
import type { Figures } from "./figures.ts";
import { instantWriter } from "./instants.ts";
import type { RecoveryReport, ReportRow } from "./recovery.ts";
import type { ExtraAmount } from "./report/effect.ts";
import type { Period, ZonePeriod } from "./report/period.ts";
import type { CampaignVariants } from "./report/variants.ts";
import { csvLines, csvText } from "./text-table.ts";

export type Money = { readonly amount: string; readonly currency: string };

/** Money as decimal strings, durations as `12m30s`, rates as fractions; an absent figure is null. */
export type FiguresJson = Omit<Figures, "recoveredAmount" | "cost" | "medianTimeToPay" | "extraAmount"> & {
  readonly recoveredAmount: readonly Money[];
  readonly extraAmount: readonly (Money & { readonly low: string; readonly high: string })[];
  readonly cost: readonly Money[];
  readonly medianTimeToPay: string | null;
};

type PeriodJson = Pick<ZonePeriod, "zone" | "shops"> & { readonly from: string | null; readonly to: string | null };

type PeriodsJson = {
  readonly from: string | null;
  readonly to: string | null;
  /** null: the shops have several. */
  readonly zone: string | null;
  readonly periods: readonly PeriodJson[];
};

/** A row holds its dimensions beside its figures, under their own names. Instants carry the offset of the zone, or UTC's if there are several. */
export type ReportJson = PeriodsJson & {
  readonly by: readonly Dimension[];
  readonly columns: readonly string[];
  readonly rows: readonly (FiguresJson &
    Partial<Record<Dimension, string | null>> & { readonly previous?: FiguresJson })[];
  readonly totals: FiguresJson;
  /** The period before, if it was asked for. */
  readonly previous: (PeriodsJson & { readonly totals: FiguresJson }) | null;
  readonly variants: readonly CampaignVariants[];
  readonly warnings: readonly string[];
};

export const moneyOf = ({ amount, currency }: { amount: number | bigint; currency: string }): Money => ({
  amount: formatAmount(amount, currency),
  currency,
});

const extraOf = ({ amount, low, high, currency }: ExtraAmount) => ({
  amount: formatAmount(amount, currency),
  low: formatAmount(low, currency),
  high: formatAmount(high, currency),
  currency,
});

export function figuresJson(figures: Figures): FiguresJson {
  const { medianTimeToPay, recoveredAmount, extraAmount, cost } = figures;
  return {
    ...figures,
    extraAmount: extraAmount.map(extraOf),
    recoveredAmount: recoveredAmount.map(moneyOf),
    cost: cost.map(decimalCost),
    medianTimeToPay: medianTimeToPay === null ? null : formatDuration(medianTimeToPay),
  };
}

export function reportJson(report: RecoveryReport): ReportJson {
  const { by, period, columns, rows, totals, previous, variants, warnings } = report;
  return {
    ...periodsJson(period),
    by,
    columns,
    rows: rows.map(({ keys, previous: before, ...figures }) => ({
      ...keys,
      ...figuresJson(figures),
      ...(before === undefined ? {} : { previous: figuresJson(before) }),
    })),
    totals: figuresJson(totals),
    previous: previous === null ? null : { ...periodsJson(previous.period), totals: figuresJson(previous.totals) },
    variants,
    warnings,
  };
}

function periodsJson({ zones, from, to }: Period): PeriodsJson {
  const [first, ...others] = zones;
  const zone = first === undefined || others.length > 0 ? null : first.zone;
  const write = instantWriter(zone ?? "UTC");
  return {
    from: write(from),
    to: write(to),
    zone,
    periods: zones.map((each) => ({
      zone: each.zone,
      shops: each.shops,
      from: instantWriter(each.zone)(each.from),
      to: instantWriter(each.zone)(each.to),
    })),
  };
}

/**
 * A header line and a line for each row, in UTF-8 with a byte order mark, as spreadsheets need it. Numbers are plain, durations are seconds,
 * an absent figure is an empty cell. A row with several currencies has a line for each: the first line holds all figures that are no money,
 * the others only the money, so that each column can be summed. `totals`: a last line with the totals.
 * With the period before, each column but those of the keys and the currency has one more, like `previousOrders`.
 */
export function reportCsv(report: RecoveryReport, { totals = false } = {}): string {
  const { by, rows, previous } = report;
  const names = report.columns.flatMap((name) =>
    name === "roiByCurrency"
      ? []
      : name === "recoveredAmount"
        ? ["currency", name]
        : name === "extraAmount"
          ? [name, "extraAmountLow", "extraAmountHigh"]
          : [name],
  );
  const again = previous === null ? [] : names.slice(by.length).filter((name) => name !== "currency");
  const write = (keys: readonly string[], { previous: before, ...figures }: Omit<ReportRow, "keys">): string[][] => {
    const currencies = currenciesOf(before === undefined ? [figures] : [figures, before]);
    const own = Object.fromEntries(by.map((each, at) => [each, csvText(keys[at] ?? "")]));
    return currencies.map((currency, line) => {
      const cells = csvCells(figures, currency, line === 0);
      const earlier = before === undefined ? null : csvCells(before, currency, line === 0);
      return [...names.map((name) => own[name] ?? cells(name)), ...again.map((name) => earlier?.(name) ?? "")];
    });
  };
  const lines = rows.flatMap(({ keys, ...figures }) =>
    write(
      by.map((each) => keys[each] ?? ""),
      figures,
    ),
  );
  if (totals && by.length > 0) {
    const both = previous === null ? report.totals : { ...report.totals, previous: previous.totals };
    lines.push(
      ...write(
        by.map((_, at) => (at === 0 ? "total" : "")),
        both,
      ),
    );
  }
  const header = [...names, ...again.map((name) => `previous${name.charAt(0).toUpperCase()}${name.slice(1)}`)];
  return BYTE_ORDER_MARK + csvLines([header, ...lines]);
}

const BYTE_ORDER_MARK = "\ufeff";

/** One line without a currency where there is no money. */
function currenciesOf(all: readonly Figures[]): (string | null)[] {
  const money = all.flatMap(({ recoveredAmount, extraAmount, cost }) => [...recoveredAmount, ...extraAmount, ...cost]);
  const currencies = [...new Set(money.map(({ currency }) => currency))].sort();
  return currencies.length === 0 ? [null] : currencies;
}

/** The cells of a line. `first`: with the figures that are no money. */
function csvCells(figures: Figures, currency: string | null, first: boolean): (name: string) => string {
  const { recoveredAmount, extraAmount, cost, roiByCurrency, medianTimeToPay, ...others } = figures;
  const own = <Value extends { readonly currency: string }>(values: readonly Value[]) =>
    values.find((value) => value.currency === currency);
  const [amount, spent, more] = [own(recoveredAmount), own(cost), own(extraAmount)];
  const extra = more === undefined ? null : extraOf(more);
  const money: Record<string, string> = {
    currency: currency ?? "",
    recoveredAmount: amount === undefined ? "" : moneyOf(amount).amount,
    cost: spent === undefined ? "" : decimalCost(spent).amount,
    roi: csvNumber(own(roiByCurrency)?.roi),
    extraAmount: extra?.amount ?? "",
    extraAmountLow: extra?.low ?? "",
    extraAmountHigh: extra?.high ?? "",
  };
  const plain: Record<string, number | null> = {
    ...others,
    medianTimeToPay: medianTimeToPay === null ? null : Math.round(medianTimeToPay / SECOND),
  };
  return (name) => money[name] ?? (first ? csvNumber(plain[name]) : "");
}

const csvNumber = (value: number | null | undefined): string =>
  value === null || value === undefined ? "" : String(Number(value.toFixed(6)));
