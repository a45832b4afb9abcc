/** The day so far for programs: money as decimal strings, rates as fractions, instants with the offset of the zone. */
import { figuresJson, moneyOf, type ReportJson, reportJson } from "../format-report.ts";
import type { Today } from "./today.ts";

export function todayJson({ hours, yesterday, yesterdaySoFar, unpaid }: Today) {
  const { zone, periods, totals, rows } = reportJson(hours);
  return {
    zone,
    periods,
    unpaid: { orders: unpaid.reduce((sum, { orders }) => sum + orders, 0), amounts: unpaid.map(moneyOf) },
    figures: totals,
    yesterdaySoFar: figuresJson(yesterdaySoFar.totals),
    hours: hourly(rows),
    yesterday: hourly(reportJson(yesterday).rows),
  };
}

const hourly = (rows: ReportJson["rows"]) =>
  rows.flatMap(({ hour, orders, sent, delivered, recoveredOrders }) =>
    hour === null || hour === undefined ? [] : [{ hour, orders, sent, delivered, recoveredOrders }],
  );
