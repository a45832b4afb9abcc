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
} from "../../db/stores/reads/report-arms-store.ts";
import type { ReportInput } from "../../db/stores/reads/report-keys.ts";
import { type CountRow, countRows } from "../../db/stores/reads/report-store.ts";
import { sumRows, sumsAnswer } from "../../db/stores/reads/sums/report-sums.ts";
import { summedArms, summedExposures, summedStakes, summedVariants } from "../../db/stores/reads/sums/summed-arms.ts";
import type { ZonePeriod } from "./period.ts";

export const zonesOf = (zones: readonly ZonePeriod[]): ReportInput["zones"] =>
  zones.flatMap(({ zone, shops }) => shops.map((shop) => [shop, zone] as const));

export async function countsOf(sql: Sql, input: ReportInput): Promise<readonly CountRow[]> {
  return (await sumsAnswer(sql, input)) ? sumRows(sql, input) : countRows(sql, input);
}

export type ArmsOf = Omit<ArmsInput, "only">;

export async function armsOf(sql: Sql, input: ArmsOf): Promise<readonly ArmRow[]> {
  const { summed, rest } = await parted(sql, input);
  return [...(summed === null ? [] : await summedArms(sql, input, summed)), ...(await countArms(sql, rest))];
}

export async function stakesOf(sql: Sql, input: ArmsOf): Promise<readonly MoneyRow[]> {
  const { summed, rest } = await parted(sql, input);
  return [...(summed === null ? [] : await summedStakes(sql, input, summed)), ...(await sumStakes(sql, rest))];
}

/** One row for each campaign, stratum and variant. */
export async function variantRowsOf(sql: Sql, input: ArmsOf): Promise<readonly VariantRow[]> {
  const { summed, rest } = await parted(sql, { ...input, by: [] });
  const rows = new Map<string, VariantRow>();
  for (const row of [
    ...(summed === null ? [] : await summedVariants(sql, input, summed)),
    ...(await countVariants(sql, rest)),
  ]) {
    const key = JSON.stringify([row.campaign, row.stratum, row.variant]);
    const { buyers = 0, paid = 0, open = 0 } = rows.get(key) ?? {};
    rows.set(key, { ...row, buyers: buyers + row.buyers, paid: paid + row.paid, open: open + row.open });
  }
  return [...rows.values()];
}

async function parted(sql: Sql, input: ArmsOf) {
  const summed = input.horizon === null ? await summedExposures(sql, input) : null;
  const rest: ArmsInput = { ...input, only: summed?.rest ?? null };
  return { summed, rest };
}
