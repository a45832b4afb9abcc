/**
 * The arms of the recovery report, from `exposures`. The unit is a buyer: the first exposure to a campaign that lies in the window. It is mature
 * when the time in which a payment counts is over, and only then it is measured. A stratum is a shop, a campaign and the share that it held out:
 * inside of it the two arms differ by nothing but the draw.
 */
import type { Sql } from "../../../client.ts";
import { ts } from "../../../types.ts";
import type { Window } from "../windows.ts";
import { inWindows } from "../windows.ts";
import {
  type Fragment,
  groupBy,
  keyColumns,
  keyNames,
  type ReportInput,
  type Source,
  zoneJoin,
} from "./report-keys.ts";
import type { Keys } from "./report-store.ts";

const SOURCE: Source = {
  shop: "e.shop_id",
  campaign: "e.campaign",
  at: "e.at",
  version: "e.campaign_version",
  variant: "e.variant",
};

type StratumArm = Keys & {
  readonly stratum: string;
  readonly share: number;
  readonly held: boolean;
};

export type ArmRow = StratumArm & {
  /** Buyers that are mature, and those of them with a paid order. */
  readonly buyers: number;
  readonly paid: number;
  /** Buyers that are not mature yet. */
  readonly open: number;
  /** Sums over the mature ones: `m` orders at stake, `s` of them paid (core/measure/clusters.ts). */
  readonly m: number;
  readonly s: number;
  readonly mm: number;
  readonly ss: number;
  readonly ms: number;
};

export type MoneyRow = StratumArm & {
  readonly currency: string;
  /** Minor units of the mature buyers, and the sum of the squared stakes of each. */
  readonly stake: number;
  readonly got: number;
  readonly squares: number;
};

export type ArmsInput = ReportInput & {
  /** ms after the exposure in which a payment counts; null: the attribution window of the campaign then. */
  readonly horizon: number | null;
  /** Only these exposures; null: all. */
  readonly only: readonly Window[] | null;
};

export function countArms(sql: Sql, input: ArmsInput) {
  return sql<ArmRow[]>`
    select ${keyNames(sql, input.by)} stratum, share, held,
      count(*) filter (where mature)::int8 as buyers,
      count(*) filter (where mature and s > 0)::int8 as paid,
      count(*) filter (where not mature)::int8 as open,
      coalesce(sum(m) filter (where mature), 0)::float8 as m,
      coalesce(sum(s) filter (where mature), 0)::float8 as s,
      coalesce(sum(m * m) filter (where mature), 0)::float8 as mm,
      coalesce(sum(s * s) filter (where mature), 0)::float8 as ss,
      coalesce(sum(m * s) filter (where mature), 0)::float8 as ms
    from (
      select ${keyColumns(sql, input.by, SOURCE)} ${stratum(sql)}, e.share, e.held, ${isMature(sql, input)} as mature,
        cardinality(e.orders) as m,
        case when e.paid is null then 0 else (select count(*) from unnest(e.paid) as p(after) where p.after <= ${within(sql, input)}) end as s
      from exposures e ${zoneJoin(sql, input, SOURCE)} where ${isCounted(sql, input)}) exposed
    ${groupBy(sql, input.by, ["stratum", "share", "held"])}`;
}

export function sumStakes(sql: Sql, input: ArmsInput) {
  return sql<MoneyRow[]>`
    select ${keyNames(sql, input.by)} stratum, share, held, currency,
      sum(stake)::float8 as stake, sum(got)::float8 as got, sum(stake * stake)::float8 as squares
    from (
      select ${keyColumns(sql, input.by, SOURCE)} ${stratum(sql)}, e.share, e.held, own.*
      from exposures e ${zoneJoin(sql, input, SOURCE)}
      cross join lateral (
        select u.currency, sum(u.amount)::float8 as stake,
          coalesce(sum(coalesce(u.kept, u.amount)) filter (where u.after <= ${within(sql, input)}), 0)::float8 as got
        from unnest(e.amounts, e.currencies, e.paid, e.kept) as u(amount, currency, after, kept) group by u.currency) own
      where ${isCounted(sql, input)} and ${isMature(sql, input)}) exposed
    where currency <> ''
    ${groupBy(sql, input.by, ["stratum", "share", "held", "currency"])}`;
}

export type VariantRow = {
  readonly campaign: string;
  /** The buyers of one shop, version and share held out are compared. */
  readonly stratum: string;
  readonly variant: string;
  /** Reminded buyers that are mature, those of them with a paid order, and those that are not mature yet. */
  readonly buyers: number;
  readonly paid: number;
  readonly open: number;
};

/** The reminded by variant. A version may give the variants other weights, so only buyers of one version are compared. */
export function countVariants(sql: Sql, input: ArmsInput) {
  return sql<VariantRow[]>`
    select campaign, stratum, variant, count(*) filter (where mature)::int8 as buyers,
      count(*) filter (where mature and paid)::int8 as paid, count(*) filter (where not mature)::int8 as open
    from (
      select e.campaign, jsonb_build_array(e.shop_id, e.campaign_version, e.share)::text as stratum, e.variant, ${isMature(sql, input)} as mature,
        exists (select from unnest(e.paid) as p(after) where p.after <= ${within(sql, input)}) as paid
      from exposures e where not e.held and e.variant is not null and ${isCounted(sql, input)}) exposed
    group by campaign, stratum, variant order by campaign, variant`;
}

const stratum = (sql: Sql): Fragment =>
  sql`jsonb_build_array(e.shop_id, e.campaign, e.share)::text as stratum` as unknown as Fragment;

const within = (sql: Sql, { horizon }: ArmsInput): Fragment =>
  (horizon === null ? sql`e.window_ms` : sql`${horizon}::int8`) as unknown as Fragment;

const isMature = (sql: Sql, input: ArmsInput): Fragment =>
  sql`e.at + ${within(sql, input)} * interval '1 ms' <= dunlin_now()` as unknown as Fragment;

function isCounted(sql: Sql, { windows, only }: ArmsInput): Fragment {
  const first = isFirst(sql, windows, SOURCE, "e.previous_at");
  return (only === null ? first : sql`${first} and ${inWindows(sql, only, SOURCE)}`) as unknown as Fragment;
}

/** Whether it is the buyer's first exposure to the campaign in its window. `previous`: the column that says when the one before was. */
export function isFirst(sql: Sql, windows: readonly Window[], source: Source, previous: string): Fragment {
  const before = sql.unsafe(previous);
  if (windows.length === 0) return sql`${before} is null` as unknown as Fragment;
  const each = windows.map((window) => {
    const first =
      window.from === null ? sql`${before} is null` : sql`(${before} is null or ${before} < ${ts(window.from)})`;
    return sql`(${inWindows(sql, [window], source)} and ${first})`;
  });
  return sql`(${each.reduce((sum, one) => sql`${sum} or ${one}`)})` as unknown as Fragment;
}
