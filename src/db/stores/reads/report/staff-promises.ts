/** The promises that people recorded in a period, with and without tasks. Those that were replaced, or ended before their time, do not count. */
import type { Sql } from "../../../client.ts";
import { inWindows, type Window } from "../windows.ts";

export type StaffPromises = { readonly person: string; readonly promises: number; readonly kept: number };

export function readStaffPromises(sql: Sql, windows: readonly Window[], shop: string | null) {
  return sql<StaffPromises[]>`
    select p.recorded_by as person, count(*)::int as promises, count(*) filter (where p.state = 'kept')::int as kept from promises p
    where p.recorded_by is not null and p.state in ('open', 'kept', 'broken') and ${shop === null ? sql`true` : sql`p.shop_id = ${shop}`}
      and ${inWindows(sql, windows, { shop: "p.shop_id", at: "p.recorded_at" })}
    group by 1`;
}
