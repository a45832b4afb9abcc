/** The results of people: how many cases they took, reached and recovered, with the interval of the share. */
import { wilson } from "../../core/measure/lift.ts";
import type { Sql } from "../../db/client.ts";
import { readStaff as readMembers, readShifts } from "../../db/stores/desk/staff-store.ts";
import { databaseNow } from "../../db/stores/intake/intake-store.ts";
import { countStaffArms, firstTaskAt } from "../../db/stores/reads/report/staff-arms.ts";
import { readStaffPromises, type StaffPromises } from "../../db/stores/reads/report/staff-promises.ts";
import type { ByShift } from "../../db/stores/reads/report/staff-shifts.ts";
import { readStaff, readStaffMoney, type StaffMoney, type StaffRow } from "../../db/stores/reads/report/staff-store.ts";
import { shopsSeen, type Window } from "../../db/stores/reads/windows.ts";
import { type Money, moneyOf } from "../format-report.ts";
import { type Asked, readWindows, type ZoneOf } from "./period.ts";
import { type StaffArms, staffArmsOf } from "./staff-arms.ts";
import { hoursOf, perOrderOf, type WageTotal, wageTotals } from "./staff-wages.ts";

/** The figures of a person, or of a person on one shift. */
export type StaffFigures = {
  readonly person: string;
  readonly tasks: number;
  readonly reached: number;
  /** Cases of these tasks with an order that was paid after the person's last contact; their share, and its 95% interval. */
  readonly recoveredCases: number;
  readonly rate: number | null;
  readonly rateLow: number | null;
  readonly rateHigh: number | null;
  readonly recoveredOrders: number;
  readonly recoveredAmount: readonly Money[];
  readonly promises: number;
  readonly promisesKept: number;
  readonly medianMinutesToContact: number | null;
};

export type StaffResult = StaffFigures & {
  /** On shift in the period, by the shifts as they are now; null: the person also works for other shops than the one asked for, or has no shifts. */
  readonly hours: number | null;
  /** null: no wage is known. */
  readonly wage: Money | null;
  readonly wagePerOrder: Money | null;
};

/** By the shift in which the contact was, the promise recorded, or a task without a contact began. `shift` null: on no shift. */
export type ShiftResult = StaffFigures & {
  readonly shift: { readonly from: string; readonly to: string; readonly zone: string } | null;
};

export type StaffReport = {
  readonly items: readonly StaffResult[];
  /** By name, then by the beginning of the shift. */
  readonly shifts: readonly ShiftResult[];
  readonly arms: StaffArms;
  readonly wages: readonly WageTotal[];
};

const NO_TASKS: Omit<StaffRow, keyof ByShift> = {
  tasks: 0,
  reached: 0,
  recovered: 0,
  first_contact_ms: null,
};

export type StaffReportInput = Asked & {
  readonly shop: string | null;
  /** ms in which a payment counts for the arms; absent: the attribution window of the campaign then. */
  readonly horizon?: number | undefined;
};

/** By name. Throws PeriodError when the period has no instant. */
export async function staffReport(
  deps: { readonly sql: Sql; readonly zoneOf: ZoneOf },
  { shop, horizon = undefined, ...asked }: StaffReportInput,
): Promise<StaffReport> {
  const { sql } = deps;
  const [windows, now] = await Promise.all([readWindows(sql, asked, deps.zoneOf, shop), databaseNow(sql)]);
  const [rows, money, promises, arms, people] = await Promise.all([
    readStaff(sql, windows, shop),
    readStaffMoney(sql, windows, shop),
    readStaffPromises(sql, windows, shop),
    countStaffArms(sql, { windows, shop, horizon: horizon ?? null }),
    readHours(sql, { windows, shop, now }),
  ]);
  const running = windows.length === 0 || windows.some(({ to }) => to === null || to > now);
  const found = staffArmsOf(arms, running);
  const all = { rows, money, promises };
  const whole = new Map(figuresBy(all, (row) => (row.whole ? row.person : null)));
  const ordersOf = (person: string) => whole.get(person)?.recoveredOrders ?? 0;
  const worked = people.filter(({ hours }) => hours !== null && hours > 0).map(({ person }) => person);
  const items = [...new Set([...whole.keys(), ...worked])].sort().map((person) => {
    const hours = people.find((each) => each.person === person);
    return {
      ...(whole.get(person) ?? figuresOf(person, NOTHING)),
      hours: hours?.hours ?? null,
      wage: hours?.wage == null ? null : moneyOf({ amount: hours.wage.minor, currency: hours.wage.currency }),
      wagePerOrder: hours === undefined ? null : perOrderOf(hours, ordersOf(person)),
    };
  });
  return { items, shifts: shiftResults(all), arms: found, wages: wageTotals(people, ordersOf, found) };
}

type Rows = {
  readonly rows: readonly StaffRow[];
  readonly money: readonly StaffMoney[];
  readonly promises: readonly StaffPromises[];
};
const NOTHING: Rows = { rows: [], money: [], promises: [] };

/** `keyOf` null: the row belongs to none. */
function figuresBy({ rows, money, promises }: Rows, keyOf: (row: ByShift) => string | null): [string, StaffFigures][] {
  const keys = new Map([...rows, ...money, ...promises].map((row) => [keyOf(row), row.person]));
  return [...keys].flatMap(([key, person]): [string, StaffFigures][] => {
    if (key === null) return [];
    const own = <R extends ByShift>(all: readonly R[]) => all.filter((row) => keyOf(row) === key);
    return [[key, figuresOf(person, { rows: own(rows), money: own(money), promises: own(promises) })]];
  });
}

/** `rows` and `promises`: at most one of each. */
function figuresOf(person: string, { rows, money, promises }: Rows): StaffFigures {
  const row = rows[0] ?? NO_TASKS;
  const share = wilson({ n: row.tasks, paid: row.recovered });
  return {
    ...{ person, tasks: row.tasks, reached: row.reached, recoveredCases: row.recovered },
    rate: row.tasks === 0 ? null : row.recovered / row.tasks,
    rateLow: share?.low ?? null,
    rateHigh: share?.high ?? null,
    recoveredOrders: money.reduce((sum, { orders }) => sum + orders, 0),
    recoveredAmount: money.map(({ amount, currency }) => moneyOf({ amount: BigInt(amount), currency })),
    promises: promises[0]?.promises ?? 0,
    promisesKept: promises[0]?.kept ?? 0,
    medianMinutesToContact: row.first_contact_ms === null ? null : Math.round(row.first_contact_ms / 6_000) / 10,
  };
}

function shiftResults(all: Rows): ShiftResult[] {
  const found = figuresBy(all, ({ whole, person, shift }) => (whole ? null : JSON.stringify([person, shift])));
  // In an order that strings have: the person, then the time of day, and those on no shift last.
  return found
    .map(([key, figures]) => ({ figures, shift: (JSON.parse(key) as [string, string | null])[1] }))
    .sort((one, two) => (orderOf(one) < orderOf(two) ? -1 : 1))
    .map(({ figures, shift }) => ({ ...figures, shift: shift === null ? null : hoursNamed(shift) }));
}

const orderOf = ({ figures, shift }: { readonly figures: StaffFigures; readonly shift: string | null }): string =>
  JSON.stringify([figures.person, shift ?? "~"]);

/** `22:00-06:00 Asia/Shanghai` */
function hoursNamed(shift: string): ShiftResult["shift"] {
  const [hours = "", zone = ""] = shift.split(" ");
  const [from = "", to = ""] = hours.split("-");
  return { from, to, zone };
}

type HoursAsked = { readonly windows: readonly Window[]; readonly shop: string | null; readonly now: number };

/** Shifts that are still to come are not counted. Without a beginning the period begins with the first task. */
async function readHours(sql: Sql, { windows, shop, now }: HoursAsked) {
  const [staff, shifts] = await Promise.all([readMembers(sql), readShifts(sql)]);
  if (shifts.length === 0) return [];
  const starts = windows.flatMap(({ from }) => from ?? []);
  const ends = windows.flatMap(({ to }) => to ?? []);
  const from = starts.length > 0 ? Math.min(...starts) : ((await firstTaskAt(sql, shop)) ?? now);
  const to = Math.min(now, ...(ends.length > 0 ? [Math.max(...ends)] : []));
  const isOnlyShop = shop === null || (await shopsSeen(sql)).every((seen) => seen === shop);
  return hoursOf({ staff, shifts, from, to, shop, isOnlyShop });
}
