/**
 * The figures of the recovery report from sums: those of whole local hours, and the changes that were not added to them yet. They count what
 * reads/report/report-store.ts counts from all rows.
 */
import { HOUR, MINUTE } from "../../../../core/values/duration.ts";
import { offsetMinutes } from "../../../../core/values/zone.ts";
import type { Sql } from "../../../client.ts";
import {
  groupBy,
  hasSums,
  inWindow,
  keyColumns,
  needsReminders,
  type ReportInput,
  SUM_SOURCE,
  zoneJoin,
} from "../report/report-keys.ts";
import { type CountRow, SUMMED, unsorted } from "../report/report-store.ts";
import type { Window } from "../windows.ts";

/** Whether sums can answer: they have such keys, the edges are those of local hours, and all shops are summed in their zone. */
export async function sumsAnswer(sql: Sql, { by, zones, windows }: ReportInput): Promise<boolean> {
  if (!hasSums(by) || !windows.every((window) => startsHours(window, zones))) return false;
  const summed = new Map((await summedZones(sql)).map(({ shop, zone }) => [shop, zone]));
  return zones.every(([shop, zone]) => summed.get(shop) === zone);
}

export const summedZones = (sql: Sql) =>
  sql<{ shop: string; zone: string }[]>`select shop_id as shop, zone from report_zones`;

const startsHours = ({ shops, from, to }: Window, zones: ReportInput["zones"]): boolean =>
  zones.every(
    ([shop, zone]) =>
      (shops !== null && !shops.includes(shop)) ||
      [from, to].every((at) => at === null || (at + offsetMinutes(zone, at) * MINUTE) % HOUR === 0),
  );

/** The counts of each row. Orders and cases have no step, say: in rows by one they are left out. */
export async function sumRows(sql: Sql, input: ReportInput): Promise<CountRow[]> {
  const ofReminders = needsReminders(input.by);
  const left: readonly string[] = ofReminders ? ["orders", "cases", "manual", "waiting"] : [];
  const names = SUMMED.filter((name) => !left.includes(name));
  // The counts of an hour fit 32 bits, and these are added several times as fast.
  const sums = [
    ...names.map((name) => `sum(h.${name}::int4) as ${name}`),
    "coalesce(sum(h.planned::int4) filter (where h.step = ''), 0) as unplanned",
  ].join(", ");
  // A row whose counts have gone elsewhere is left with zeros.
  const counted = [...names.map((name) => `sum(h.${name}::int4)`), "sum(h.cost_micros)"]
    .map((sum) => `${sum} <> 0`)
    .join(" or ");
  const columns = ["shop_id", "at", "campaign", "campaign_version", "step", "variant", "cost_currency", ...names];
  const from = columns.join(", ");
  const read = () => sql<CountRow[]>`
    select ${keyColumns(sql, input.by, SUM_SOURCE)} nullif(h.cost_currency, '') as cost_currency, ${sql.unsafe(sums)},
      sum(h.cost_micros)::text as cost_micros
    from (
      select ${sql.unsafe(from)}, cost_micros from report_hours union all
      select ${sql.unsafe(from)}, cost_micros from report_changes) h ${zoneJoin(sql, input, SUM_SOURCE)}
    where ${inWindow(sql, input, SUM_SOURCE)}
    ${groupBy(sql, input.by, ["h.cost_currency"], SUM_SOURCE)} having ${sql.unsafe(counted)}`;
  return unsorted(sql, read);
}
