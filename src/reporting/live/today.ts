/** The day so far: its figures by the hour, those of yesterday until the last full hour, and the unpaid orders. It is read with each change, so sums of hours answer it. */
import { DAY, HOUR, MINUTE } from "../../core/values/duration.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import type { Sql } from "../../db/client.ts";
import { databaseNow } from "../../db/stores/intake/intake-store.ts";
import { sumUnpaid, type Unpaid } from "../../db/stores/reads/today/unpaid-store.ts";
import { inTransaction } from "../../db/transaction.ts";
import { type RecoveryReport, reportIn } from "../recovery.ts";
import { readPeriod, type ZoneOf } from "../report/period.ts";
import { shopsOf } from "../report/shops.ts";

export type Today = {
  readonly hours: RecoveryReport;
  /** The whole day before by the hour, and its figures until the full hour that it is now, at least its first; with several zones, by the clock of the first one. */
  readonly yesterday: RecoveryReport;
  readonly yesterdaySoFar: RecoveryReport;
  readonly unpaid: readonly Unpaid[];
};

const day = (relative: number) => ({ kind: "day", day: relative, relative: true, time: null }) as const;

export type TodayInput = {
  readonly zoneOf: ZoneOf;
  /** null: all shops, each with its own day. */
  readonly shop: string | null;
  /** Whether the shop is configured. */
  readonly isShop: (shop: string) => boolean;
};

/** null: the shop is not configured and has no orders. */
export function readToday(sql: Sql, { zoneOf, shop, isShop }: TodayInput) {
  return inTransaction(
    sql,
    async (tx): Promise<Today | null> => {
      const shops = await shopsOf(tx, shop, isShop);
      if (shops === null) return null;
      const now = await databaseNow(tx);
      const [today, yesterday] = [
        { from: day(0), to: day(0), now, shops },
        { from: day(-1), to: day(-1), now, shops },
      ];
      const period = await readPeriod(tx, today, zoneOf, shop);
      const local = now + offsetMinutes(period.zones[0]?.zone ?? "UTC", now) * MINUTE;
      // Sums have whole hours; any other end would read all rows of yesterday.
      const time = Math.max(HOUR, (local % DAY) - (local % HOUR));
      return {
        hours: await reportIn(tx, { ...today, by: ["hour"], zoneOf, shop }),
        yesterday: await reportIn(tx, { ...yesterday, by: ["hour"], zoneOf, shop }),
        yesterdaySoFar: await reportIn(tx, { ...yesterday, to: { ...day(-1), time }, by: [], zoneOf, shop }),
        unpaid: await sumUnpaid(tx, shop === null ? period.windows : period.zones),
      };
    },
    "isolation level repeatable read read only",
  );
}
