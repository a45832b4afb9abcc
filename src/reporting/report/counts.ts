/** Counts for reports: from sums (db/stores/reads/sums) where these can answer, else from all rows of the period. Both count the same. */
import type { Sql } from "../../db/client.ts";
import {
  type ArmRow,
  type ArmsInput,
  countArms,
  countVariants,
  type MoneyRow,
  sumStakes,
  type VariantRow,
} from "../../db/stores/reads/report/report-arms-store.ts";
import type { ReportInput } from "../../db/stores/reads/report/report-keys.ts";
import { type CountRow, countRows } from "../../db/stores/reads/report/report-store.ts";
import { sumRows, sumsAnswer } from "../../db/stores/reads/sums/report-sums.ts";
import { summedArms, summedExposures, summedStakes, summedVariants } from "../../db/stores/reads/sums/summed-arms.ts";
import type { ZonePeriod } from "./period.ts";

export const zonesOf = (zones: readonly ZonePeriod[]): ReportInput["zones"] =>
  zones.flatMap(({ zone, shops }) => shops.map((shop) => [shop, zone] as const));

export async function countsOf(sql: Sql, input: ReportInput): Promise<readonly CountRow[]> {
  return (await sumsAnswer(sql, input)) ? sumRows(sql, input) : countRows(sql, input);
}

export type ArmsOf = Omit<ArmsInput, "only">;

/** Reads the arms of a report: from the sums of days what they hold, and the rest from its rows. */
export async function readArms(sql: Sql, input: ArmsOf) {
  const summed = input.horizon === null ? await summedExposures(sql, input) : null;
  const rest: ArmsInput = { ...input, only: summed?.rest ?? null };
  return {
    buyers: async (): Promise<readonly ArmRow[]> => [
      ...(summed === null ? [] : await summedArms(sql, input, summed)),
      ...(await countArms(sql, rest)),
    ],
    money: async (): Promise<readonly MoneyRow[]> => [
      ...(summed === null ? [] : await summedStakes(sql, input, summed)),
      ...(await sumStakes(sql, rest)),
    ],
    variants: async (): Promise<readonly VariantRow[]> =>
      sumOf([
        ...(summed === null ? [] : await summedVariants(sql, input, summed)),
        ...(await countVariants(sql, rest)),
      ]),
  };
}

/** One row for each campaign, stratum and variant. */
function sumOf(all: readonly VariantRow[]): readonly VariantRow[] {
  const rows = new Map<string, VariantRow>();
  for (const row of all) {
    const key = JSON.stringify([row.campaign, row.stratum, row.variant]);
    const { buyers = 0, paid = 0, open = 0 } = rows.get(key) ?? {};
    rows.set(key, { ...row, buyers: buyers + row.buyers, paid: paid + row.paid, open: open + row.open });
  }
  return [...rows.values()];
}
