/** In which of their shifts people worked. */
import type { Sql } from "../../../client.ts";
import type { Fragment } from "./report-keys.ts";

/** `22:00-06:00 Asia/Shanghai`; null: on no shift. */
export type ShiftName = string | null;

/** Rows by person have all shifts (`whole`), and rows by person and shift have one. */
export type ByShift = { readonly person: string; readonly whole: boolean; readonly shift: ShiftName };

/**
 * The shift of a person at an instant, by the shifts as they are now; of several that hold it the earliest in the day. `person` and `at` are SQL. A shift that
 * goes over midnight belongs to the day on which it begins (core/desk/shifts.ts says the same of one instant).
 */
export const shiftAt = (sql: Sql, person: string, at: string): Fragment => sql`(
  select s.starts || '-' || s.ends || ' ' || s.zone from shifts s
  cross join lateral (select ${sql.unsafe(at)} at time zone s.zone as local) clock
  cross join lateral (select clock.local::date - case when s.ends <= s.starts and clock.local::time < s.ends::time then 1 else 0 end as day) begun
  where s.person = ${sql.unsafe(person)}
    and (array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[extract(isodow from begun.day)::int] = any (s.weekdays)
    and case when s.ends <= s.starts then clock.local::time >= s.starts::time or clock.local::time < s.ends::time
      else clock.local::time >= s.starts::time and clock.local::time < s.ends::time end
  order by s.starts, s.ends, s.zone limit 1)`;
