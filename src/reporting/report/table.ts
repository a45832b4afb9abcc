/** The recovery report as a table that fits a terminal, under a heading that says which period, zone and dates it is about. */

import type { Dimension } from "../../core/measure/dimensions.ts";
import { DAY, MINUTE } from "../../core/values/duration.ts";
import { formatInstant } from "../../core/values/instant.ts";
import { decimalCost } from "../../core/values/money.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import { CONTROL_GROUP } from "../../db/stores/reads/report/report-keys.ts";
import type { Figures } from "../figures.ts";
import { moneyOf } from "../format-report.ts";
import type { RecoveryReport, ReportRow } from "../recovery.ts";
import { type Column, displayWidth, printable, textTable } from "../text-table.ts";
import { count, extraAmountText, extraOrdersText, liftText, money, NOTHING, percent, span, wrap } from "./amounts.ts";
import { liftSentence } from "./lift-words.ts";
import type { Period, ZonePeriod } from "./period.ts";
import { variantSentence } from "./variant-words.ts";

const times = (value: number): string => `${value < 10 ? value.toFixed(1) : count(Math.round(value))}×`;

function returns({ roiByCurrency }: Figures): string {
  const [only, other] = roiByCurrency;
  if (only === undefined) return NOTHING;
  if (other === undefined) return times(only.roi);
  return roiByCurrency.map(({ roi, currency }) => `${times(roi)} in ${currency}`).join(", ");
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
  ["cost", ({ cost }) => money(cost.map(decimalCost))],
  ["lift, points (95%)", liftText],
];

/** The name of a row without a value, where there is one reason for it. */
const UNNAMED: Readonly<Partial<Record<Dimension, string>>> = {
  campaign: "no campaign",
  step: "whole case",
  channel: "not sent",
  template: "no text",
  reason: "sent or planned",
  locale: "not known",
  tag: "no tag",
  paymentMethod: "not known",
  staff: "nobody",
  why: "not known",
};

const BEFORE = "  before";

/** A heading, and a table with one line a row and the totals below; without dimensions a page with every figure. `width`: of its sentences, in characters. */
export function reportTable(report: RecoveryReport, width?: number): string {
  const { by, period, rows, totals, previous, warnings } = report;
  const compared = previous === null ? [] : [`Compared with the period before: ${periodText(previous.period)}.`];
  const heading = `${[...headingOf(period), ...compared].join("\n")}\n\n`;
  const doubts = warnings.flatMap((warning) => ["", ...wrap(`Warning: ${warning}`, width)]).map((line) => `${line}\n`);
  if (by.length === 0) return heading + reportPage(totals, previous?.totals ?? null, width) + doubts.join("");
  if (rows.length === 0)
    return `${heading}No order was received and no reminder was due in this period: there are no rows.\n`;
  const columns: Column[] = [
    ...by.map((title): Column => ({ title, align: "left" })),
    ...SHOWN.map(([title]): Column => ({ title, align: "right" })),
  ];
  const cells = (figures: Figures) => SHOWN.map(([, write]) => write(figures));
  const named = (name: string, figures: Figures) => [...by.map((_, i) => (i === 0 ? name : "")), ...cells(figures)];
  const lines = rows.flatMap((row: ReportRow) => [
    [...by.map((dimension) => row.keys[dimension] ?? UNNAMED[dimension] ?? NOTHING), ...cells(row)],
    ...(row.previous === undefined ? [] : [named(BEFORE, row.previous)]),
  ]);
  const sums = [named("total", totals), ...(previous === null ? [] : [named(BEFORE, previous.totals)])];
  const variants = report.variants
    .flatMap((each) => ["", ...wrap(printable(variantSentence(each)), width)])
    .map((line) => `${line}\n`);
  return heading + textTable(columns, [...lines, ...sums], sums.length) + variants.join("") + doubts.join("");
}

/** `on 2026-11-11 (Asia/Shanghai)` */
function periodText({ zones }: Period): string {
  const [first, ...others] = zones;
  if (first === undefined) return "";
  if (others.length === 0) return `${spanOf(first)} (${first.zone})`;
  const names = zones.map(({ zone }) => zone);
  return new Set(zones.map(spanOf)).size === 1
    ? `${spanOf(first)}, in each shop's own zone (${names.join(", ")})`
    : `${spanOf({ ...first, zone: "UTC" })} (UTC)`;
}

/** `Recovery on 2026-11-11 (Asia/Shanghai)`, and the dates by which figures count. */
export function headingOf(period: Period): string[] {
  if (period.zones.length === 0) return [];
  return [
    `Recovery ${periodText(period)}`,
    "Orders count on the day they were placed. Reminders, cost and recovered orders count on the day of the reminder.",
  ];
}

function spanOf({ zone, from, to }: ZonePeriod): string {
  const written = (ms: number) => formatInstant(ms, offsetMinutes(zone, ms));
  const isMidnight = (ms: number | null) => ms === null || written(ms).slice(10, 19) === "T00:00:00";
  if (isMidnight(from) && isMidnight(to)) {
    const first = from === null ? null : written(from).slice(0, 10);
    const last = to === null ? null : written(to - 1).slice(0, 10);
    if (first === null) return last === null ? "of all time" : `until ${last}`;
    if (last === null) return `since ${first}`;
    return first === last ? `on ${first}` : `from ${first} to ${last}`;
  }
  const clock = (ms: number) =>
    written(ms)
      .replace("T", " ")
      .slice(0, ms % MINUTE === 0 ? 16 : 19);
  if (from === null) return `before ${clock(to ?? DAY)}`;
  return to === null ? `since ${clock(from)}` : `from ${clock(from)} to before ${clock(to)}`;
}

/** With the figures of the period before in a second column. */
function reportPage(figures: Figures, before: Figures | null, max: number | undefined): string {
  const lines = linesOf(figures);
  const earlier = before === null ? null : linesOf(before).map(([, text]) => text);
  const [width, own] = [0, 1].map((at) => Math.max(...lines.map((line) => displayWidth(line[at] ?? ""))));
  const sentence = liftSentence(figures);
  const pad = (text: string, to = 0) => text + " ".repeat(Math.max(0, to - displayWidth(text)));
  const shown = lines.map(
    ([label, text], at) =>
      `${pad(label, width)}  ${earlier === null ? text : `${pad(text, own)}  before: ${earlier[at]}`}`,
  );
  return [...shown, ...(sentence === null ? [] : ["", ...wrap(sentence, max)])].map((line) => `${line}\n`).join("");
}

function linesOf(figures: Figures): [label: string, text: string][] {
  const { holdoutBuyers, treatedBuyers, openBuyers, unmeasuredBuyers, treatedPaidRate, holdoutPaidRate } = figures;
  return [
    ["orders seen unpaid", `${count(figures.orders)} in ${count(figures.cases)} cases`],
    ["left to a person", `${count(figures.manualCases)} cases (${count(figures.manualWaiting)} wait now)`],
    [
      "reminders decided on",
      `${count(figures.planned)} (${count(figures.unplannedCases)} of them stand for a case without any)`,
    ],
    ["  sent", `${count(figures.sent)} (${count(figures.delivered)} confirmed as delivered)`],
    ["  skipped", count(figures.skipped)],
    ["  cancelled", `${count(figures.cancelled)} (paid, closed or refunded before)`],
    ["  pending", count(figures.pending)],
    ["orders reminded", count(figures.remindedOrders)],
    ["orders recovered", `${count(figures.recoveredOrders)} (${percent(figures.recoveryRate)} of those reminded)`],
    ["recovered amount", money(figures.recoveredAmount.map(moneyOf))],
    ["cost", `${money(figures.cost.map(decimalCost))} for ${count(figures.segments)} segments`],
    ["return on cost", returns(figures)],
    ["median time to pay", span(figures.medianTimeToPay)],
    ["paid when treated", `${percent(treatedPaidRate)} of ${count(treatedBuyers)} buyers`],
    [`paid in ${CONTROL_GROUP}`, `${percent(holdoutPaidRate)} of ${count(holdoutBuyers)} buyers`],
    [
      "not measured",
      `${count(openBuyers)} buyers still have time to pay, ${count(unmeasuredBuyers)} have no control group`,
    ],
    ["lift (95%)", figures.lift === null ? `${NOTHING} (needs a control group)` : `${liftText(figures)} points`],
    ["orders brought (95%)", extraOrdersText(figures)],
    ["amount brought (95%)", extraAmountText(figures)],
  ];
}
