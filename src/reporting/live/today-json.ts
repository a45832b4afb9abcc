/** The day so far for programs: money as decimal strings, rates as fractions, instants with the offset of the zone. */
import { figuresJson, moneyOf, reportJson } from "../format-report.ts";
import type { RecoveryReport } from "../recovery.ts";
import type { Today } from "./today.ts";

export function todayJson({ hours, reasons, yesterday, yesterdaySoFar, unpaid }: Today) {
  const { zone, periods } = reportJson(hours);
  return {
    zone,
    periods,
    unpaid: { orders: unpaid.reduce((sum, { orders }) => sum + orders, 0), amounts: unpaid.map(moneyOf) },
    figures: figuresJson(hours.totals),
    yesterdaySoFar: figuresJson(yesterdaySoFar.totals),
    hours: hourly(hours),
    yesterday: hourly(yesterday),
    skips: reasons.rows
      .map(({ keys, skipped }) => ({ reason: keys.reason ?? null, count: skipped }))
      .filter(({ count }) => count > 0)
      .sort((one, two) => two.count - one.count),
  };
}

const hourly = (report: RecoveryReport) =>
  reportJson(report).rows.flatMap(({ hour, orders, sent, delivered, recoveredOrders }) =>
    hour === null || hour === undefined ? [] : [{ hour, orders, sent, delivered, recoveredOrders }],
  );
