/**
 * The arms of the recovery report from the sums of days (exposure-sums.ts), and which exposures must be counted from their rows beside them.
 */

import type { Dimension } from "../../../../core/measure/dimensions.ts";
import { dayStart } from "../../../../core/values/when.ts";
import type { Sql } from "../../../client.ts";
import { instant, rowSet, text } from "../../../rows.ts";
import { type ArmRow, isFirst, type MoneyRow, type VariantRow } from "../report/report-arms-store.ts";
import { groupBy, keyColumns, type ReportInput, type Source, zoneJoin } from "../report/report-keys.ts";
import type { Window } from "../windows.ts";
import { nextDay } from "./exposure-sums.ts";

const SOURCE: Source = {
  shop: "h.shop_id",
  campaign: "h.campaign",
  at: "h.day",
  version: "h.campaign_version",
  variant: "h.variant",
};

type Changed = { readonly shop: string; readonly day: number; readonly ends: number };
const changedDays = rowSet<Changed>({
  shop_id: text(({ shop }) => shop),
  day: instant(({ day }) => day),
});

export type Summed = {
  /** Days with exposures that were written since they were summed. */
  readonly changed: readonly Changed[];
  /** The exposures that are not in the sums. */
  readonly rest: readonly Window[];
};

/** null: the sums cannot answer, since they have no such keys or the edges are not those of days. */
export async function summedExposures(sql: Sql, { by, zones, windows }: ReportInput): Promise<Summed | null> {
  const known: readonly Dimension[] = ["campaign", "version", "variant", "shop", "day"];
  if (!by.every((each) => known.includes(each)) || !windows.every((window) => startsDays(window, zones))) return null;
  const [states, changed] = await Promise.all([
    sql<{ shop: string; zone: string; until: number | null }[]>`
      select shop_id as shop, zone, exposures_until as until from report_zones`,
    sql<Changed[]>`
      select shop, day, ${nextDay(sql, sql`zone`)} as ends from (
        select distinct c.shop_id as shop, z.zone, report_day(c.at, z.zone) as day
        from exposure_changes c join report_zones z on z.shop_id = c.shop_id where c.at < z.exposures_until) days`,
  ]);
  const stateOf = new Map(states.map((state) => [state.shop, state]));
  const rest = new Map<string, { shops: string[]; from: number | null; to: number | null }>();
  const add = (shop: string, from: number | null, to: number | null) => {
    const key = `${from} ${to}`;
    const window = rest.get(key) ?? { shops: [], from, to };
    window.shops.push(shop);
    rest.set(key, window);
  };
  for (const [shop, zone] of zones) {
    const state = stateOf.get(shop);
    // Summed in another zone: the days are other ones.
    if (state !== undefined && state.zone !== zone) return null;
    add(shop, state?.until ?? null, null);
  }
  for (const { shop, day, ends } of changed) add(shop, day, ends);
  return { changed, rest: [...rest.values()] };
}

const startsDays = ({ shops, from, to }: Window, zones: ReportInput["zones"]): boolean =>
  zones.every(
    ([shop, zone]) =>
      (shops !== null && !shops.includes(shop)) || [from, to].every((at) => at === null || at === dayStart(at, zone)),
  );

const stratum = "jsonb_build_array(h.shop_id, h.campaign, h.share)::text as stratum, h.share, h.held";

export function summedArms(sql: Sql, input: ReportInput, { changed }: Summed) {
  return sql<ArmRow[]>`
    select ${keyColumns(sql, input.by, SOURCE)} ${sql.unsafe(stratum)}, sum(h.buyers)::int8 as buyers, sum(h.paid)::int8 as paid, 0 as open,
      sum(h.m) as m, sum(h.s) as s, sum(h.mm) as mm, sum(h.ss) as ss, sum(h.ms) as ms
    from exposure_sums h ${zoneJoin(sql, input, SOURCE)}
    where h.currency = '' and ${isSummed(sql, input, changed)}
    ${groupBy(sql, input.by, ["h.shop_id", "h.campaign", "h.share", "h.held"], SOURCE)}`;
}

export function summedStakes(sql: Sql, input: ReportInput, { changed }: Summed) {
  return sql<MoneyRow[]>`
    select ${keyColumns(sql, input.by, SOURCE)} ${sql.unsafe(stratum)}, h.currency, sum(h.stake) as stake, sum(h.got) as got, sum(h.squares) as squares
    from exposure_sums h ${zoneJoin(sql, input, SOURCE)}
    where h.currency <> '' and ${isSummed(sql, input, changed)}
    ${groupBy(sql, input.by, ["h.shop_id", "h.campaign", "h.share", "h.held", "h.currency"], SOURCE)}`;
}

export function summedVariants(sql: Sql, input: ReportInput, { changed }: Summed) {
  return sql<VariantRow[]>`
    select h.campaign, jsonb_build_array(h.shop_id, h.campaign_version, h.share)::text as stratum, h.variant, sum(h.buyers)::int8 as buyers,
      sum(h.paid)::int8 as paid, 0 as open
    from exposure_sums h
    where h.currency = '' and not h.held and h.variant is not null and ${isSummed(sql, input, changed)}
    group by h.campaign, h.shop_id, h.campaign_version, h.share, h.variant`;
}

function isSummed(sql: Sql, input: ReportInput, changed: readonly Changed[]) {
  const first = isFirst(sql, input.windows, SOURCE, "h.previous_day");
  if (changed.length === 0) return first;
  return sql`${first} and not exists (
    select from ${changedDays.rows(sql, changed)} where n.shop_id = h.shop_id and n.day = h.day)`;
}
