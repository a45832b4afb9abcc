/** The results of people: how many cases they took, reached and recovered, with the interval of the share. */
import { wilson } from "../../core/measure/lift.ts";
import type { Sql } from "../../db/client.ts";
import { readStaff as readMembers, readShifts } from "../../db/stores/desk/staff-store.ts";
import { databaseNow } from "../../db/stores/intake/intake-store.ts";
import { countStaffArms, firstTaskAt } from "../../db/stores/reads/report/staff-arms.ts";
import { readStaffPromises } from "../../db/stores/reads/report/staff-promises.ts";
import { readStaff, readStaffMoney, type StaffRow } from "../../db/stores/reads/report/staff-store.ts";
import { shopsSeen, type Window } from "../../db/stores/reads/windows.ts";
import { type Money, moneyOf } from "../format-report.ts";
import { type Asked, readWindows, type ZoneOf } from "./period.ts";
import { type StaffArms, staffArmsOf } from "./staff-arms.ts";
import { hoursOf, perOrderOf, type WageTotal, wageTotals } from "./staff-wages.ts";

export type StaffResult = {
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
  /** On shift in the period, by the shifts as they are now; null: the person also works for other shops than the one asked for, or has no shifts. */
  readonly hours: number | null;
  /** null: no wage is known. */
  readonly wage: Money | null;
  readonly wagePerOrder: Money | null;
};

export type StaffReport = {
  readonly items: readonly StaffResult[];
  readonly arms: StaffArms;
  readonly wages: readonly WageTotal[];
};

const NO_TASKS: Omit<StaffRow, "person"> = {
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
  const ordersOf = (person: string) =>
    money.reduce((sum, each) => (each.person === person ? sum + each.orders : sum), 0);
  const byName = new Map(rows.map((row) => [row.person, row]));
  const worked = people.filter(({ hours }) => hours !== null && hours > 0);
  const names = [...new Set([...rows, ...money, ...promises, ...worked].map(({ person }) => person))].sort();
  return {
    items: names.map((person) => {
      const row = byName.get(person) ?? NO_TASKS;
      const promised = promises.find((each) => each.person === person);
      const own = money.filter((each) => each.person === person);
      const share = wilson({ n: row.tasks, paid: row.recovered });
      const minutes = row.first_contact_ms === null ? null : Math.round(row.first_contact_ms / 6_000) / 10;
      const hours = people.find((each) => each.person === person);
      const orders = ordersOf(person);
      return {
        ...{ person, tasks: row.tasks, reached: row.reached, recoveredCases: row.recovered },
        rate: row.tasks === 0 ? null : row.recovered / row.tasks,
        rateLow: share?.low ?? null,
        rateHigh: share?.high ?? null,
        recoveredOrders: orders,
        recoveredAmount: own.map(({ amount, currency }) => moneyOf({ amount: BigInt(amount), currency })),
        ...{ promises: promised?.promises ?? 0, promisesKept: promised?.kept ?? 0, medianMinutesToContact: minutes },
        hours: hours?.hours ?? null,
        wage: hours?.wage == null ? null : moneyOf({ amount: hours.wage.minor, currency: hours.wage.currency }),
        wagePerOrder: hours === undefined ? null : perOrderOf(hours, orders),
      };
    }),
    arms: found,
    wages: wageTotals(people, ordersOf, found),
  };
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
