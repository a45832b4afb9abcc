/** The staff and their shifts: read, and replaced as a whole. A write says which version it was made on. */
import { type RosterFault, type StaffMember, shiftFaults, staffFaults } from "../../core/desk/roster.ts";
import { type Shift, shiftEnd } from "../../core/desk/shifts.ts";
import type { Sql } from "../../db/client.ts";
import { type Actor, insertAudit } from "../../db/stores/campaigns/audit-store.ts";
import {
  lockRoster,
  openTasks,
  type RosterList,
  readShifts,
  readStaff,
  replaceShifts,
  replaceStaff,
  rosterVersion,
  workersAmong,
} from "../../db/stores/desk/staff-store.ts";
import { readClock } from "../../db/stores/notices/fact-store.ts";
import { inTransaction } from "../../db/transaction.ts";

/** Whether the current version is the one on which the change was made. */
type Expects = (current: number) => boolean;

export type Replaced =
  | { readonly kind: "replaced"; readonly version: number }
  | { readonly kind: "moved"; readonly current: number }
  | { readonly kind: "invalid"; readonly faults: readonly RosterFault[] };

const names = (staff: readonly StaffMember[]) => staff.map(({ name }) => name);

export const staffList = (sql: Sql) => listed(sql, "staff", readStaff);
export const shiftList = (sql: Sql) => listed(sql, "shifts", readShifts);

const listed = <Row>(sql: Sql, what: RosterList, read: (tx: Sql) => Promise<Row[]>) =>
  inTransaction(
    sql,
    async (tx) => ({ version: await rosterVersion(tx, what), items: await read(tx) }),
    "isolation level repeatable read read only",
  );

export const putStaff = (
  { sql, isShop }: { readonly sql: Sql; readonly isShop: (shop: string) => boolean },
  actor: Actor,
  { members, expects }: { readonly members: readonly StaffMember[]; readonly expects: Expects },
): Promise<Replaced> =>
  put(sql, actor, "staff", {
    expects,
    note: `${members.length} people`,
    faults: async (tx) => {
      const [workers, shifts] = await Promise.all([workersAmong(tx, names(members)), readShifts(tx)]);
      return staffFaults(members, { workers, onShifts: shifts.map(({ person }) => person), isShop });
    },
    write: (tx) => replaceStaff(tx, members),
  });

export const putShifts = (
  sql: Sql,
  actor: Actor,
  { shifts, expects }: { readonly shifts: readonly Shift[]; readonly expects: Expects },
): Promise<Replaced> =>
  put(sql, actor, "shifts", {
    expects,
    note: `${shifts.length} shifts`,
    faults: async (tx) => shiftFaults(shifts, new Set(names(await readStaff(tx)))),
    write: (tx) => replaceShifts(tx, shifts),
  });

type Change = {
  readonly expects: Expects;
  readonly note: string;
  readonly faults: (tx: Sql) => Promise<readonly RosterFault[]>;
  /** Resolves with the new version. */
  readonly write: (tx: Sql) => Promise<number>;
};

const put = (sql: Sql, actor: Actor, what: RosterList, { expects, note, faults, write }: Change) =>
  inTransaction(sql, async (tx): Promise<Replaced> => {
    await lockRoster(tx);
    const current = await rosterVersion(tx, what);
    if (!expects(current)) return { kind: "moved", current };
    const found = await faults(tx);
    if (found.length > 0) return { kind: "invalid", faults: found };
    const version = await write(tx);
    await insertAudit(tx, actor, { action: `desk.${what}`, subject: what, from: current, to: version, note });
    return { kind: "replaced", version };
  });

export type OnShift = {
  readonly name: string;
  /** Epoch ms; null: not on shift. */
  readonly until: number | null;
  readonly openTasks: number;
};

/** The active staff: who is on shift until when, and how many tasks each has. */
export async function whoIsOn(sql: Sql): Promise<readonly OnShift[]> {
  const [now, staff, shifts] = await Promise.all([readClock(sql), readStaff(sql), readShifts(sql)]);
  const active = staff.filter(({ active }) => active);
  const open = await openTasks(sql, names(active));
  return active.map(({ name }) => ({
    name,
    until: shiftEnd(
      shifts.filter(({ person }) => person === name),
      now,
    ),
    openTasks: open.get(name) ?? 0,
  }));
}

export type Applied =
  | { readonly kind: "applied" }
  | { readonly kind: "invalid"; readonly staff: readonly RosterFault[]; readonly shifts: readonly RosterFault[] };

/** Replaces both lists at once, whatever they were. */
export const applyRoster = (
  { sql, isShop }: { readonly sql: Sql; readonly isShop: (shop: string) => boolean },
  actor: Actor,
  { members, shifts }: { readonly members: readonly StaffMember[]; readonly shifts: readonly Shift[] },
): Promise<Applied> =>
  inTransaction(sql, async (tx): Promise<Applied> => {
    await lockRoster(tx);
    const known = names(members);
    const faults = {
      // A shift of somebody else is a fault of the shifts.
      staff: staffFaults(members, { workers: await workersAmong(tx, known), onShifts: [], isShop }),
      shifts: shiftFaults(shifts, new Set(known)),
    };
    if (faults.staff.length + faults.shifts.length > 0) return { kind: "invalid", ...faults };
    const before = { staff: await rosterVersion(tx, "staff"), shifts: await rosterVersion(tx, "shifts") };
    const after = { staff: await replaceStaff(tx, members), shifts: await replaceShifts(tx, shifts) };
    for (const what of ["staff", "shifts"] as const)
      await insertAudit(tx, actor, {
        action: `desk.${what}`,
        subject: what,
        from: before[what],
        to: after[what],
        note: what === "staff" ? `${members.length} people` : `${shifts.length} shifts`,
      });
    return { kind: "applied" };
  });
