/** The recovery report for people (a table that fits a terminal), for programs (JSON) and for spreadsheets (CSV). */
import { formatDuration } from "../core/values/duration.ts";
import { formatInstant } from "../core/values/instant.ts";
import { formatAmount, formatMicros } from "../core/values/money.ts";
import type { Figures, Micros, Minor } from "./figures.ts";
import type { Dimension, RecoveryReport, ReportRow } from "./recovery.ts";
import { type Column, csvLines, csvText, textTable } from "./text-table.ts";

type Money = { readonly amount: string; readonly currency: string };

/** Money as decimal strings, durations as `12m30s`, rates as fractions; an absent figure is null. */
export type FiguresJson = Omit<Figures, "recoveredAmount" | "cost" | "medianTimeToPay"> & {
  readonly recoveredAmount: readonly Money[];
  readonly cost: readonly Money[];
  readonly medianTimeToPay: string | null;
};

/** A row holds its dimensions beside its figures, under their own names. */
export type ReportJson = {
  readonly from: string | null;
  readonly to: string | null;
  readonly by: readonly Dimension[];
  readonly columns: readonly string[];
  readonly rows: readonly (FiguresJson & Partial<Record<Dimension, string | null>>)[];
  readonly totals: FiguresJson;
};

const moneyOf = ({ amount, currency }: Minor): Money => ({ amount: formatAmount(amount, currency), currency });

export const costOf = ({ micros, currency }: Micros): Money => ({ amount: formatMicros(micros, currency), currency });

function figuresJson(figures: Figures): FiguresJson {
  const { medianTimeToPay, recoveredAmount, cost } = figures;
  return {
    ...figures,
    recoveredAmount: recoveredAmount.map(moneyOf),
    cost: cost.map(costOf),
    medianTimeToPay: medianTimeToPay === null ? null : formatDuration(medianTimeToPay),
  };
}

export function reportJson({ from, to, by, columns, rows, totals }: RecoveryReport): ReportJson {
  const instant = (ms: number | null) => (ms === null ? null : formatInstant(ms, 0));
  return {
    from: instant(from),
    to: instant(to),
    by,
    columns,
    rows: rows.map(({ keys, ...figures }) => ({ ...keys, ...figuresJson(figures) })),
    totals: figuresJson(totals),
  };
}

/** A header line and the rows, without the totals. An absent figure is an empty cell; several currencies share a cell: `129.00 CNY; 5.00 USD`. */
export function reportCsv(report: RecoveryReport): string {
  const lines = report.rows.map((row) => {
    const { keys, ...figures } = row;
    const cells: Record<string, unknown> = { ...keys, ...figuresJson(figures) };
    return report.columns.map((column) => csvCell(cells[column]));
  });
  return csvLines([report.columns, ...lines]);
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(Number(value.toFixed(6)));
  return csvText(
    Array.isArray(value) ? value.map(({ amount, currency }) => `${amount} ${currency}`).join("; ") : String(value),
  );
}

const NOTHING = "–";
const count = (value: number): string => value.toLocaleString("en-US");
const percent = (value: number | null): string => (value === null ? NOTHING : `${(value * 100).toFixed(1)}%`);
const points = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value * 100).toFixed(1)}`;
const money = (values: readonly Money[]): string =>
  values.length === 0 ? NOTHING : values.map(({ amount, currency }) => `${amount} ${currency}`).join(" + ");
const span = (ms: number | null): string => (ms === null ? NOTHING : formatDuration(ms));
const times = (value: number | null): string => (value === null ? NOTHING : `${value.toFixed(value < 10 ? 1 : 0)}×`);

/** `+3.1 (−1.2 to +7.4)`, in points of a percent. */
function lift({ lift, liftLow, liftHigh }: Figures): string {
  if (lift === null || liftLow === null || liftHigh === null) return NOTHING;
  return `${points(lift)} (${points(liftLow)} to ${points(liftHigh)})`;
}

const SHOWN: readonly (readonly [title: string, write: (figures: Figures) => string])[] = [
  ["orders", ({ orders }) => count(orders)],
  ["sent", ({ sent }) => count(sent)],
  ["skipped", ({ skipped }) => count(skipped)],
  ["cancelled", ({ cancelled }) => count(cancelled)],
  ["pending", ({ pending }) => count(pending)],
  ["reminded", ({ remindedOrders }) => count(remindedOrders)],
  ["recovered", ({ recoveredOrders }) => count(recoveredOrders)],
  ["rate", ({ recoveryRate }) => percent(recoveryRate)],
  ["amount", ({ recoveredAmount }) => money(recoveredAmount.map(moneyOf))],
  ["cost", ({ cost }) => money(cost.map(costOf))],
  ["lift, points (95%)", lift],
];

/** A table with one line a row and the totals below; without dimensions a page with every figure. */
export function reportTable(report: RecoveryReport): string {
  if (report.by.length === 0) return reportPage(report.totals);
  const columns: Column[] = [
    ...report.by.map((title): Column => ({ title, align: "left" })),
    ...SHOWN.map(([title]): Column => ({ title, align: "right" })),
  ];
  const cells = (figures: Figures) => SHOWN.map(([, write]) => write(figures));
  const rows = report.rows.map((row: ReportRow) => [
    ...report.by.map((dimension) => row.keys[dimension] ?? NOTHING),
    ...cells(row),
  ]);
  const totals = [...report.by.map((_, i) => (i === 0 ? "total" : "")), ...cells(report.totals)];
  return textTable(columns, [...rows, totals], 1);
}

function reportPage(figures: Figures): string {
  const { holdoutOrders, treatedOrders, treatedPaidRate, holdoutPaidRate } = figures;
  const lines: [string, string][] = [
    ["orders seen unpaid", `${count(figures.orders)} in ${count(figures.cases)} cases`],
    ["reminders planned", count(figures.planned)],
    ["  sent", `${count(figures.sent)} (${count(figures.delivered)} confirmed as delivered)`],
    ["  skipped", count(figures.skipped)],
    ["  cancelled", `${count(figures.cancelled)} (paid, closed or refunded before)`],
    ["  pending", count(figures.pending)],
    ["orders reminded", count(figures.remindedOrders)],
    ["orders recovered", `${count(figures.recoveredOrders)} (${percent(figures.recoveryRate)} of those reminded)`],
    ["recovered amount", money(figures.recoveredAmount.map(moneyOf))],
    ["cost", `${money(figures.cost.map(costOf))} for ${count(figures.segments)} segments`],
    ["return on cost", times(figures.roi)],
    ["median time to pay", span(figures.medianTimeToPay)],
    ["paid when treated", `${percent(treatedPaidRate)} of ${count(treatedOrders)} orders`],
    ["paid when held out", `${percent(holdoutPaidRate)} of ${count(holdoutOrders)} orders`],
    ["lift (95%)", figures.lift === null ? `${NOTHING} (needs a holdout)` : `${lift(figures)} points`],
  ];
  const width = Math.max(...lines.map(([label]) => label.length));
  return lines.map(([label, text]) => `${label.padEnd(width)}  ${text}\n`).join("");
}
