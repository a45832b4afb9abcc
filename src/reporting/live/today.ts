/** The day so far: its figures by the hour, those of yesterday until the same time, the reasons of the skips, and the unpaid orders. */
import { DAY } from "../../core/values/duration.ts";
import type { Sql } from "../../db/client.ts";
import { sumUnpaid, type Unpaid } from "../../db/stores/reads/today/unpaid-store.ts";
import { inTransaction } from "../../db/transaction.ts";
import { type RecoveryReport, reportIn } from "../recovery.ts";
import { readPeriod, type ZoneOf } from "../report/period.ts";

export type Today = {
  readonly hours: RecoveryReport;
  readonly reasons: RecoveryReport;
  /** The whole day before by the hour, and its figures until 24 hours ago. */
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
      return {
        hours: await reportIn(tx, { ...today, by: ["hour"], zoneOf, shop }),
        reasons: await reportIn(tx, { ...today, by: ["reason"], zoneOf, shop }),
        yesterday: await reportIn(tx, { ...yesterday, by: ["hour"], zoneOf, shop }),
        yesterdaySoFar: await reportIn(tx, { from: day(-1), to: { kind: "ago", ms: DAY }, by: [], zoneOf, shop }),
        unpaid: await sumUnpaid(tx, shop === null ? period.windows : period.zones),
      };
    },
    "isolation level repeatable read read only",
  );
}
