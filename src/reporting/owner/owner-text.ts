/** The owner's page for a terminal. */

import { formatInstant } from "../../core/values/instant.ts";
import { decimalCost, marked } from "../../core/values/money.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import type { Figures } from "../figures.ts";
import { moneyOf } from "../format-report.ts";
import {
  count,
  counted,
  extraAmountText,
  extraOrdersText,
  liftText,
  money,
  NOTHING,
  percent,
  share,
  wrap,
} from "../report/amounts.ts";
import { type Column, printable, textTable } from "../text-table.ts";
import { bar, reachOf, scale } from "./bar.ts";
import { dateOf } from "./owner-json.ts";
import type { OwnerPage } from "./page.ts";
import { ownerSentence, ownerWord } from "./words.ts";

/** So many campaigns are named. */
const MAX_NAMED = 3;

export function ownerText(page: OwnerPage): string {
  const facts = factsOf(page).map(([label, text]) => [label, printable(text)] as const);
  const width = Math.max(...facts.map(([label]) => label.length));
  return [
    headingOf(page),
    "",
    ...wrap(ownerWord(page)),
    ...wrap(ownerSentence(page)),
    "",
    ...facts.map(([label, text]) => `${label.padEnd(width)}  ${text}`),
    "",
    weekTable(page).trimEnd(),
    ...page.warnings.flatMap(({ message }) => ["", ...wrap(printable(`Warning: ${message}`))]),
    "",
    "All figures: dunlin report --format table · by campaign: dunlin report --by campaign",
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function headingOf({ shop, zone, from, to }: OwnerPage): string {
  const date = (at: number) => formatInstant(at, offsetMinutes(zone, at)).slice(0, 10);
  const shops = shop === null ? "all shops" : `shop ${printable(shop)}`;
  return `What the reminders brought, ${date(from)} to ${date(to)} (${zone}), ${shops}`;
}

function factsOf(page: OwnerPage): [label: string, text: string][] {
  const { figures, unmeasured, holdout } = page;
  const { treatedBuyers, treatedPaidRate, holdoutBuyers, holdoutPaidRate, openBuyers, unmeasuredBuyers } = figures;
  return [
    ["money brought (95%)", extraAmountText(figures)],
    ["orders brought (95%)", extraOrdersText(figures)],
    ["cost", money(figures.cost.map(decimalCost))],
    ["cost per order brought", orderCost(page)],
    [
      "compared",
      `${count(treatedBuyers)} buyers reminded (${percent(treatedPaidRate)} paid), ${count(holdoutBuyers)} held out (${percent(holdoutPaidRate)} paid)`,
    ],
    ["still open", `${count(openBuyers)} buyers have time to pay`],
    ["not measured", `${count(unmeasuredBuyers)} buyers${named(unmeasured)}`],
    ["paid after a reminder", plainRate(figures)],
    ["holdout", holdoutText(holdout)],
  ];
}

function orderCost({ orderCosts }: OwnerPage): string {
  const write = (micros: number, currency: string) => marked(decimalCost({ micros, currency }).amount);
  return (
    orderCosts
      .map(({ micros, low, high, currency }) => {
        const range =
          high === null ? `${write(low, currency)} or more` : `${write(low, currency)} to ${write(high, currency)}`;
        return `${write(micros, currency)} (${range}) ${currency}`;
      })
      .join(" + ") || NOTHING
  );
}

function named(unmeasured: OwnerPage["unmeasured"]): string {
  if (unmeasured.length === 0) return "";
  const shown = unmeasured.slice(0, MAX_NAMED).map(({ shop, campaign, share: held, buyers }) => {
    const why = held === 0 ? "no holdout" : "one of the groups is empty";
    return `${campaign} of ${shop}: ${count(buyers)}, ${why}`;
  });
  const rest = unmeasured.length - shown.length;
  return ` (${shown.join("; ")}${rest > 0 ? `; and ${rest} more` : ""})`;
}

/** A reminded order that is paid proves nothing: most of these would have been paid anyway. */
function plainRate(figures: Figures): string {
  const { remindedOrders, recoveredOrders, recoveryRate, recoveredAmount, holdoutPaidRate } = figures;
  if (remindedOrders === 0) return "no order was reminded of";
  const paid = `${count(recoveredOrders)} of ${count(remindedOrders)} orders (${percent(recoveryRate)}), ${money(recoveredAmount.map(moneyOf))}`;
  return holdoutPaidRate === null ? paid : `${paid}; without reminders about ${percent(holdoutPaidRate)} pay`;
}

function holdoutText({ casesAMonth, suggested, current }: OwnerPage["holdout"]): string {
  const now = current.length === 0 ? "" : `now ${current.map(share).join(", ")}; `;
  return `${now}${share(suggested)} suits ${counted(casesAMonth, "case")} a month`;
}

const COLUMNS = ["week of", "reminded", "held out", "open", "effect, points (95%)"];

function weekTable({ weeks, figures }: OwnerPage): string {
  const reach = reachOf([...weeks, figures]);
  const columns: Column[] = [
    ...COLUMNS.map((title, at): Column => ({ title, align: at === 0 ? "left" : "right" })),
    { title: scale(reach), align: "left" },
  ];
  const cells = (name: string, row: OwnerPage["weeks"][number] | Figures) => [
    name,
    ...[row.treatedBuyers, row.holdoutBuyers, row.openBuyers].map(count),
    liftText(row),
    bar(row, reach),
  ];
  const rows = weeks.map((week) => cells(dateOf(week.monday), week));
  return textTable(columns, [...rows, cells("12 weeks", figures)], 1);
}
