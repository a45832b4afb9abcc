/** The day so far: its figures by the hour, those of yesterday until the same time, the reasons of the skips, and the unpaid orders. */
import { DAY, MINUTE } from "../../core/values/duration.ts";
import { offsetMinutes } from "../../core/values/zone.ts";
import type { Sql } from "../../db/client.ts";
import { databaseNow } from "../../db/stores/intake/intake-store.ts";
import { sumUnpaid, type Unpaid } from "../../db/stores/reads/today/unpaid-store.ts";
import { inTransaction } from "../../db/transaction.ts";
import { type RecoveryReport, reportIn } from "../recovery.ts";
import { readPeriod, type ZoneOf } from "../report/period.ts";

export type Today = {
  readonly hours: RecoveryReport;
  readonly reasons: RecoveryReport;
  /** The whole day before by the hour, and its figures until the time of day that it is now; with several zones, by the clock of the first one. */
  readonly yesterday: RecoveryReport;
  readonly yesterdaySoFar: RecoveryReport;
  readonly unpaid: readonly Unpaid[];
};

const day = (relative: number) => ({ kind: "day", day: relative, relative: true, time: null }) as const;

/** `shop` null: all shops, each with its own day. */
export function readToday(sql: Sql, { zoneOf, shop }: { readonly zoneOf: ZoneOf; readonly shop: string | null }) {
  return inTransaction(
    sql,
    async (tx): Promise<Today> => {
      const [today, yesterday] = [
        { from: day(0), to: day(0) },
        { from: day(-1), to: day(-1) },
      ];
      const period = await readPeriod(tx, today, zoneOf, shop);
      const now = await databaseNow(tx);
      const local = now + offsetMinutes(period.zones[0]?.zone ?? "UTC", now) * MINUTE;
      // At midnight sharp, yesterday until now is a moment long: no period is empty.
      const time = Math.max(1, local % DAY);
      return {
        hours: await reportIn(tx, { ...today, by: ["hour"], zoneOf, shop }),
        reasons: await reportIn(tx, { ...today, by: ["reason"], zoneOf, shop }),
        yesterday: await reportIn(tx, { ...yesterday, by: ["hour"], zoneOf, shop }),
        yesterdaySoFar: await reportIn(tx, { from: day(-1), to: { ...day(-1), time }, by: [], zoneOf, shop }),
        unpaid: await sumUnpaid(tx, shop === null ? period.windows : period.zones),
      };
    },
    "isolation level repeatable read read only",
  );
}
