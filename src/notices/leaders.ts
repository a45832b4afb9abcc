/**
 * Announces the leaders of the desk on the hour: load → decide (core/notices/leaders.ts) → store the notices. The hour is part of the matter, so
 * however many processes look, and whichever of them dies, a receiver has one notice of an hour.
 */
import { timeOnShift } from "../core/desk/hours.ts";
import type { StaffMember } from "../core/desk/roster.ts";
import type { Shift } from "../core/desk/shifts.ts";
import {
  dayWindows,
  type LeaderLanguage,
  type LeadersHour,
  leadersHour,
  leadersText,
} from "../core/notices/leaders.ts";
import type { Sql } from "../db/client.ts";
import { readShifts, readStaff } from "../db/stores/desk/staff-store.ts";
import { readClock } from "../db/stores/notices/fact-store.ts";
import { knownMatters, raiseNotices } from "../db/stores/notices/notice-store.ts";
import { readWins } from "../db/stores/reads/report/staff-leaders.ts";
import { shopsSeen } from "../db/stores/reads/windows.ts";

export type LeadersDeps = {
  readonly sql: Sql;
  /** Those that want it. */
  readonly receivers: readonly string[];
  /** On whose wall clock the hours are. */
  readonly zone: string;
  readonly language: LeaderLanguage;
  readonly zoneOf: (shop: string) => string;
};

/** Returns how many notices are new. */
export async function raiseLeaders({ sql, receivers, zone, language, zoneOf }: LeadersDeps): Promise<number> {
  const hour = leadersHour(await readClock(sql), zone);
  if (hour === null || (await knownMatters(sql, receivers, [hour.matter])).has(hour.matter)) return 0;
  const [staff, shifts, shops] = await Promise.all([readStaff(sql), readShifts(sql), shopsSeen(sql)]);
  if (!wasStaffed(staff, shifts, hour)) return 0;
  const windows = dayWindows(
    shops.map((shop) => ({ shop, zone: zoneOf(shop) })),
    hour.at,
  );
  const text = leadersText(await readWins(sql, windows), hour, { zone, language });
  if (text === null) return 0;
  return raiseNotices(sql, receivers, [{ matter: hour.matter, occurrence: hour.matter, text }]);
}

/** Whether somebody was on shift in the hour that ends. Without any shifts nobody says when the desk rests. */
function wasStaffed(staff: readonly StaffMember[], shifts: readonly Shift[], { at, since }: LeadersHour): boolean {
  if (shifts.length === 0) return true;
  const working = new Set(staff.filter(({ active }) => active).map(({ name }) => name));
  return (
    timeOnShift(
      shifts.filter(({ person }) => working.has(person)),
      since,
      at,
    ) > 0
  );
}
