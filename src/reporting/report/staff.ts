/** The results of people: how many cases they took, reached and recovered, with the interval of the share. */
import { wilson } from "../../core/measure/lift.ts";
import { formatAmount } from "../../core/values/money.ts";
import type { Sql } from "../../db/client.ts";
import { readStaffPromises } from "../../db/stores/reads/report/staff-promises.ts";
import { readStaff, readStaffMoney, type StaffRow } from "../../db/stores/reads/report/staff-store.ts";
import { type Asked, readWindows, type ZoneOf } from "./period.ts";

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
  readonly recoveredAmount: readonly { readonly amount: string; readonly currency: string }[];
  readonly promises: number;
  readonly promisesKept: number;
  readonly medianMinutesToContact: number | null;
};

const NO_TASKS: Omit<StaffRow, "person"> = {
  tasks: 0,
  reached: 0,
  recovered: 0,
  first_contact_ms: null,
};

/** By name. Throws PeriodError when the period has no instant. */
export async function staffReport(
  deps: { readonly sql: Sql; readonly zoneOf: ZoneOf },
  { shop, ...asked }: Asked & { readonly shop: string | null },
): Promise<{ readonly items: readonly StaffResult[] }> {
  const windows = await readWindows(deps.sql, asked, deps.zoneOf, shop);
  const [rows, money, promises] = await Promise.all([
    readStaff(deps.sql, windows, shop),
    readStaffMoney(deps.sql, windows, shop),
    readStaffPromises(deps.sql, windows, shop),
  ]);
  const byName = new Map(rows.map((row) => [row.person, row]));
  const names = [...new Set([...rows, ...money, ...promises].map(({ person }) => person))].sort();
  return {
    items: names.map((person) => {
      const row = byName.get(person) ?? NO_TASKS;
      const promised = promises.find((each) => each.person === person);
      const own = money.filter((each) => each.person === person);
      const share = wilson({ n: row.tasks, paid: row.recovered });
      const minutes = row.first_contact_ms === null ? null : Math.round(row.first_contact_ms / 6_000) / 10;
      return {
        ...{ person, tasks: row.tasks, reached: row.reached, recoveredCases: row.recovered },
        rate: row.tasks === 0 ? null : row.recovered / row.tasks,
        rateLow: share?.low ?? null,
        rateHigh: share?.high ?? null,
        recoveredOrders: own.reduce((sum, { orders }) => sum + orders, 0),
        recoveredAmount: own.map(({ amount, currency }) => ({
          amount: formatAmount(BigInt(amount), currency),
          currency,
        })),
        ...{ promises: promised?.promises ?? 0, promisesKept: promised?.kept ?? 0, medianMinutesToContact: minutes },
      };
    }),
  };
}
