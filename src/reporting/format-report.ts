/** The recovery report for programs (JSON) and for spreadsheets (CSV). report/table.ts writes it for people. */

import type { Dimension } from "../core/measure/dimensions.ts";
import { formatDuration, SECOND } from "../core/values/duration.ts";
import { formatAmount, formatMicros } from "../core/values/money.ts";
import type { Figures, Micros } from "./figures.ts";
import { instantWriter } from "./instants.ts";
import type { RecoveryReport } from "./recovery.ts";
import type { ExtraAmount } from "./report/effect.ts";
import type { ZonePeriod } from "./report/period.ts";
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

/** A row holds its dimensions beside its figures, under their own names. Instants carry the offset of the zone, or UTC's if there are several. */
export type ReportJson = {
  readonly from: string | null;
  readonly to: string | null;
  /** null: the shops have several. */
  readonly zone: string | null;
  readonly periods: readonly PeriodJson[];
  readonly by: readonly Dimension[];
  readonly columns: readonly string[];
  readonly rows: readonly (FiguresJson & Partial<Record<Dimension, string | null>>)[];
  readonly totals: FiguresJson;
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

export const costOf = ({ micros, currency }: Micros): Money => ({ amount: formatMicros(micros, currency), currency });

export function figuresJson(figures: Figures): FiguresJson {
  const { medianTimeToPay, recoveredAmount, extraAmount, cost } = figures;
  return {
    ...figures,
    extraAmount: extraAmount.map(extraOf),
    recoveredAmount: recoveredAmount.map(moneyOf),
    cost: cost.map(costOf),
    medianTimeToPay: medianTimeToPay === null ? null : formatDuration(medianTimeToPay),
  };
}

export function reportJson({ by, period, columns, rows, totals, variants, warnings }: RecoveryReport): ReportJson {
  const [first, ...others] = period.zones;
  const zone = first === undefined || others.length > 0 ? null : first.zone;
  const write = instantWriter(zone ?? "UTC");
  return {
    from: write(period.from),
    to: write(period.to),
    zone,
    periods: period.zones.map((each) => ({
      zone: each.zone,
      shops: each.shops,
      from: instantWriter(each.zone)(each.from),
      to: instantWriter(each.zone)(each.to),
    })),
    by,
    columns,
    rows: rows.map(({ keys, ...figures }) => ({ ...keys, ...figuresJson(figures) })),
    totals: figuresJson(totals),
    variants,
    warnings,
  };
}

/**
 * A header line and a line for each row, in UTF-8 with a byte order mark, as spreadsheets need it. Numbers are plain, durations are seconds,
 * an absent figure is an empty cell. A row with several currencies has a line for each: the first line holds all figures that are no money,
 * the others only the money, so that each column can be summed. `totals`: a last line with the totals.
 */
export function reportCsv(report: RecoveryReport, { totals = false } = {}): string {
  const { by, rows } = report;
  const names = report.columns.flatMap((name) =>
    name === "roiByCurrency"
      ? []
      : name === "recoveredAmount"
        ? ["currency", name]
        : name === "extraAmount"
          ? [name, "extraAmountLow", "extraAmountHigh"]
          : [name],
  );
  const lines = rows.flatMap(({ keys, ...figures }) =>
    csvRows(
      names,
      by,
      by.map((each) => keys[each] ?? ""),
      figures,
    ),
  );
  if (totals && by.length > 0)
    lines.push(
      ...csvRows(
        names,
        by,
        by.map((_, at) => (at === 0 ? "total" : "")),
        report.totals,
      ),
    );
  return BYTE_ORDER_MARK + csvLines([names, ...lines]);
}

const BYTE_ORDER_MARK = "\ufeff";

function csvRows(
  names: readonly string[],
  by: readonly Dimension[],
  keys: readonly string[],
  figures: Figures,
): string[][] {
  const { recoveredAmount, extraAmount, cost, roiByCurrency, medianTimeToPay, ...others } = figures;
  const currencies = [...new Set([...recoveredAmount, ...extraAmount, ...cost].map(({ currency }) => currency))].sort();
  const named: Record<string, string> = Object.fromEntries(by.map((each, at) => [each, csvText(keys[at] ?? "")]));
  const plain: Record<string, number | null> = {
    ...others,
    medianTimeToPay: medianTimeToPay === null ? null : Math.round(medianTimeToPay / SECOND),
  };
  return (currencies.length === 0 ? [null] : currencies).map((currency, line) => {
    const own = <Value extends { readonly currency: string }>(values: readonly Value[]) =>
      values.find((value) => value.currency === currency);
    const [amount, spent, more] = [own(recoveredAmount), own(cost), own(extraAmount)];
    const extra = more === undefined ? null : extraOf(more);
    const money: Record<string, string> = {
      currency: currency ?? "",
      recoveredAmount: amount === undefined ? "" : moneyOf(amount).amount,
      cost: spent === undefined ? "" : costOf(spent).amount,
      roi: csvNumber(own(roiByCurrency)?.roi),
      extraAmount: extra?.amount ?? "",
      extraAmountLow: extra?.low ?? "",
      extraAmountHigh: extra?.high ?? "",
    };
    return names.map((name) => named[name] ?? money[name] ?? (line === 0 ? csvNumber(plain[name]) : ""));
  });
}

const csvNumber = (value: number | null | undefined): string =>
  value === null || value === undefined ? "" : String(Number(value.toFixed(6)));
