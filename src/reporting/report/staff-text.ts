/** The results of people as the command prints them. */
import type { DeskComparison } from "../../core/measure/people.ts";
import { marked } from "../../core/values/money.ts";
import { textTable } from "../text-table.ts";
import { count, counted, money, NOTHING, percent, points } from "./amounts.ts";
import type { ShiftResult, StaffReport, StaffResult } from "./staff.ts";
import type { ArmResult, StaffArms } from "./staff-arms.ts";
import type { WageTotal } from "./staff-wages.ts";

const WORDS: Readonly<Record<DeskComparison["verdict"], string>> = {
  works: "works",
  harms: "harms",
  cannot_tell: "cannot tell yet",
  not_measured: "not measured",
};

export function staffReportText({ items, shifts, arms, wages }: StaffReport): string {
  const people = items.length === 0 ? "nobody of the staff had a task in this period\n" : peopleTable(items);
  const byShift = shifts.some(({ shift }) => shift !== null) ? [shiftTable(shifts)] : [];
  return [people, ...byShift, armsTable(arms), ...effectLines(arms), ...wages.map(wageLine)].join("\n");
}

const columnsOf = (titles: readonly string[]) =>
  titles.map((title, n) => ({ title, align: n === 0 ? ("left" as const) : ("right" as const) }));

/** Columns that a person has for each shift and for all of them. */
const RESULTS = ["tasks", "reached", "paid", "share paid (95%)", "orders", "amount", "promises kept"];

const resultsOf = (item: Omit<ShiftResult, "person" | "shift">): string[] => [
  count(item.tasks),
  count(item.reached),
  count(item.recoveredCases),
  item.rateLow === null ? NOTHING : `${percent(item.rateLow)} to ${percent(item.rateHigh)}`,
  count(item.recoveredOrders),
  money(item.recoveredAmount),
  `${count(item.promisesKept)} of ${count(item.promises)}`,
];

function peopleTable(items: readonly StaffResult[]): string {
  const cells = items.map((item) => [
    item.person,
    ...resultsOf(item),
    item.hours === null ? NOTHING : item.hours.toFixed(1),
    money(item.wage === null ? [] : [item.wage]),
    money(item.wagePerOrder === null ? [] : [item.wagePerOrder]),
  ]);
  return textTable(columnsOf(["person", ...RESULTS, "hours", "wage", "per order"]), cells);
}

function shiftTable(shifts: readonly ShiftResult[]): string {
  const cells = shifts.map((each) => [
    `${each.person}, ${each.shift === null ? "on no shift" : `${each.shift.from} to ${each.shift.to} ${each.shift.zone}`}`,
    ...resultsOf(each),
  ]);
  return textTable(columnsOf(["person and shift", ...RESULTS]), cells);
}

function armsTable({ people, reminders, nothing }: StaffArms): string {
  const row = (name: string, { cases, paidCases, rate, open }: ArmResult) => [
    name,
    count(cases),
    count(paidCases),
    percent(rate),
    count(open),
  ];
  return textTable(columnsOf(["cases that would be a person's", "cases", "paid", "share", "still open"]), [
    row("people", people),
    row("reminders alone", reminders),
    row("nothing", nothing),
  ]);
}

const effectLines = ({ peopleEffect, remindersEffect, notCompared }: StaffArms): string[] => [
  `people against reminders: ${effectText(peopleEffect)}`,
  `reminders against nothing: ${effectText(remindersEffect)}`,
  ...(notCompared === 0
    ? []
    : [`not compared: ${counted(notCompared, "case")} of people whose buyers get no reminders`]),
];

function effectText({ difference, low, high, verdict }: DeskComparison): string {
  const word = WORDS[verdict];
  if (difference === null || low === null || high === null) return word;
  return `${word}: ${points(difference)} (${points(low)} to ${points(high)}) points, 95%`;
}

function wageLine({ currency, amount, hours, recoveredOrders, perOrder, perExtraCase }: WageTotal): string {
  const orders = recoveredOrders === 1 ? "the one order" : `each of ${count(recoveredOrders)} orders`;
  const each = perOrder === null ? "" : `, ${marked(perOrder)} for ${orders} recovered`;
  const extra =
    perExtraCase === null
      ? ""
      : `, ${marked(perExtraCase.amount)} (${marked(perExtraCase.low)} to ${perExtraCase.high === null ? "no limit" : marked(perExtraCase.high)}) for each paid case more than by reminders`;
  return `wages: ${marked(amount)} ${currency} for ${hours.toFixed(1)} hours${each}${extra}`;
}
