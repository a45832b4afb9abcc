/** How the desk stands now, for the one who leads it. */
import { shiftEnd } from "../../core/desk/shifts.ts";
import { dayStart } from "../../core/values/when.ts";
import type { Sql } from "../../db/client.ts";
import { readShifts, readStaff } from "../../db/stores/desk/staff-store.ts";
import { readClock } from "../../db/stores/notices/fact-store.ts";
import { countTasks, type ShopTasks, tasksOfPeople } from "../../db/stores/reads/desk/desk-state-store.ts";
import { shopsSeen } from "../../db/stores/reads/windows.ts";

export type PersonState = {
  readonly name: string;
  /** null: not among the staff, and has a task all the same. */
  readonly staff: { readonly active: boolean; readonly maxOpen: number } | null;
  /** The end of the shift, epoch ms; null: not on shift. */
  readonly until: number | null;
  readonly claimed: number;
  readonly assigned: number;
  /** The last contact or outcome that the person recorded, epoch ms; null: none so far. */
  readonly touchedAt: number | null;
};

export type DeskState = { readonly shops: readonly ShopTasks[]; readonly people: readonly PersonState[] };

/** The staff in their order, then others who have tasks, by name. A day is the own day of each shop. */
export async function deskState({
  sql,
  zoneOf,
}: {
  readonly sql: Sql;
  readonly zoneOf: (shop: string) => string;
}): Promise<DeskState> {
  const [now, staff, shifts, seen] = await Promise.all([
    readClock(sql),
    readStaff(sql),
    readShifts(sql),
    shopsSeen(sql),
  ]);
  const names = staff.map(({ name }) => name);
  const [shops, rows] = await Promise.all([
    countTasks(
      sql,
      seen.map((shop) => ({ shop, since: dayStart(now, zoneOf(shop)) })),
    ),
    tasksOfPeople(sql, names),
  ]);
  const known = new Set(names);
  const order = [...names, ...rows.map(({ name }) => name).filter((name) => !known.has(name))];
  const people = order.map((name): PersonState => {
    const member = staff.find((each) => each.name === name);
    const own = rows.find((each) => each.name === name);
    const until = shiftEnd(
      shifts.filter(({ person }) => person === name),
      now,
    );
    return {
      name,
      staff: member === undefined ? null : { active: member.active, maxOpen: member.maxOpen },
      until,
      ...{ claimed: own?.claimed ?? 0, assigned: own?.assigned ?? 0, touchedAt: own?.touched_at ?? null },
    };
  });
  return { shops, people };
}
