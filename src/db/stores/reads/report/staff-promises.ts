/** The promises that people recorded in a period, with and without tasks. Those that were replaced, or ended before their time, do not count. */
import type { Sql } from "../../../client.ts";
import { inWindows, type Window } from "../windows.ts";
import { type ByShift, shiftAt } from "./staff-shifts.ts";

export type StaffPromises = ByShift & { readonly promises: number; readonly kept: number };

export function readStaffPromises(sql: Sql, windows: readonly Window[], shop: string | null) {
  return sql<StaffPromises[]>`
    with p as (
      select p.recorded_by as person, p.state, ${shiftAt(sql, "p.recorded_by", "p.recorded_at")} as shift from promises p
      where p.recorded_by is not null and p.state in ('open', 'kept', 'broken') and ${shop === null ? sql`true` : sql`p.shop_id = ${shop}`}
        and ${inWindows(sql, windows, { shop: "p.shop_id", at: "p.recorded_at" })})
    select person, grouping(shift) = 1 as whole, shift, count(*)::int as promises, count(*) filter (where state = 'kept')::int as kept from p
    group by grouping sets ((person), (person, shift))`;
}
