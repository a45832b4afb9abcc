/** From a row of the report to the list of what it counts. null: the list has no filter for one of the names of the row. */
import type { RecoveryReport, ReportRow } from "../../api/recovery.ts";

export type Drill = Readonly<Record<string, string | undefined>>;
type By = RecoveryReport["by"];

function drill(filters: readonly By[number][], by: By, row: ReportRow | null, period: Drill): Drill | null {
  if (row === null) return period;
  const search: Record<string, string | undefined> = { ...period };
  for (const key of by) {
    const value = row[key] ?? null;
    // A row without a name is of those that have none, and no filter asks for these.
    if (value === null || !filters.includes(key)) return null;
    if (key === "day") Object.assign(search, { on: value, from: undefined, to: undefined });
    else search[key] = value;
  }
  return search;
}

export const ordersOf = (by: By, row: ReportRow | null, period: Drill) =>
  drill(["shop", "campaign", "day"], by, row, period);
export const deliveriesOf = (by: By, row: ReportRow | null, period: Drill) =>
  drill(["shop", "campaign", "step", "channel", "reason", "day"], by, row, period);
