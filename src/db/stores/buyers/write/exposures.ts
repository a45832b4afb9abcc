/** Keeps `exposures`: one for each case and campaign, written by the same code for both arms, and which of their orders were paid. */
import { isHeldOut } from "../../../../core/rules/arms.ts";
import type { Decision } from "../../../../core/rules/buyer-state.ts";
import type { Sql } from "../../../client.ts";
import { type Key, textKeys } from "../../../keys.ts";
import { bool, type Fragment, float8, instant, int8, int8s, list, rowSet, text, uuid } from "../../../rows.ts";
import type { LoadedBuyer } from "../loaded-buyer.ts";

export type Exposure = {
  readonly shop: string;
  readonly caseId: string;
  readonly campaign: string;
  readonly buyerId: string;
  readonly version: string;
  readonly share: number;
  readonly held: boolean;
  readonly variant: string | null;
  readonly at: number;
  readonly windowMs: number;
  readonly orders: readonly string[];
  readonly amounts: readonly number[];
  readonly currencies: readonly string[];
};

const exposures = rowSet<Exposure>({
  shop_id: text(({ shop }) => shop),
  case_id: uuid(({ caseId }) => caseId),
  campaign: text(({ campaign }) => campaign),
  buyer_id: uuid(({ buyerId }) => buyerId),
  campaign_version: text(({ version }) => version),
  share: float8(({ share }) => share),
  held: bool(({ held }) => held),
  variant: text(({ variant }) => variant),
  at: instant(({ at }) => at),
  window_ms: int8(({ windowMs }) => windowMs),
  orders: list(({ orders }) => orders),
  amounts: int8s(({ amounts }) => amounts),
  currencies: list(({ currencies }) => currencies),
});

export const exposuresOf = (buyer: LoadedBuyer, decisions: readonly Decision[]): Exposure[] =>
  decisions.flatMap((decision) => exposureOf(buyer, decision) ?? []);

/** The exposure that a decision begins, whatever becomes of it; null: it is no send of the case's first, or has nothing at stake. */
function exposureOf(buyer: LoadedBuyer, decision: Decision): Exposure | null {
  const { campaign, caseId, variant, at, stake } = decision;
  if (campaign === null || stake === undefined || stake.length === 0) return null;
  const { shop, state } = buyer;
  const orders = stake.map((id) => state.orders.get(id)?.order);
  return {
    shop,
    caseId,
    campaign: campaign.key,
    buyerId: buyer.id,
    version: campaign.version,
    share: campaign.holdout,
    held: isHeldOut(campaign, shop, state.bucket),
    variant,
    at,
    windowMs: campaign.attributionWindow,
    orders: stake,
    amounts: orders.map((order) => order?.amount ?? 0),
    currencies: orders.map((order) => order?.currency ?? ""),
  };
}

/** The first one of a case and campaign stays. The caller holds the buyers' locks, so nobody else inserts one meanwhile. */
export function insertExposures(sql: Sql, rows: readonly Exposure[]): Fragment | null {
  if (rows.length === 0) return null;
  return sql`
    insert into exposures (${exposures.names(sql)}, previous_at)
    select ${exposures.values(sql)}, stored.at
    from ${exposures.rows(sql, rows)}
    cross join lateral (
      select max(e.at) as at, bool_or(e.case_id = n.case_id) as has_this from exposures e
      where e.shop_id = n.shop_id and e.buyer_id = n.buyer_id and e.campaign = n.campaign) stored
    where stored.has_this is not true`;
}

/** Notes which orders of the exposures of these orders' buyers are paid, and what is kept of the payments. The caller holds the buyers' locks, and has written the orders. */
export function settleExposures(sql: Sql, keys: readonly Key[]): Fragment {
  return sql`
    update exposures e set (paid, kept) = (
      select array_agg(case when o.paid_at > e.at and o.refunded_at is null then (extract(epoch from o.paid_at - e.at) * 1000)::int8 end
          order by named.place),
        case when max(refunded.part) > 0 then array_agg(greatest(0, named.amount - coalesce(refunded.part, 0)) order by named.place) end
      from unnest(e.orders, e.amounts) with ordinality as named(id, amount, place)
      left join orders o on o.shop_id = e.shop_id and o.id = named.id
      cross join lateral (select (o.details #>> '{parts,refundedPart}')::int8 as part) refunded)
    from ${textKeys.rows(sql, keys)} join orders p on p.shop_id = n.shop_id and p.id = n.id
    where e.shop_id = p.shop_id and e.buyer_id = p.buyer_id and p.id = any(e.orders)`;
}

/** Gives the exposures of merged buyers to one, in the order of time. */
export const joinExposures = (sql: Sql, shop: string, winner: string, losers: string) => [
  sql`update exposures set buyer_id = ${winner} where shop_id = ${shop} and buyer_id = any(${losers}::uuid[])`,
  orderExposures(sql, shop, winner),
];

/** Sets which exposure of the buyer came before which, after some came or left. */
export const orderExposures = (sql: Sql, shop: string, buyer: string) =>
  sql`
    update exposures e set previous_at = n.previous_at
    from (
      select case_id, campaign, lag(at) over (partition by campaign order by at, case_id) as previous_at
      from exposures where shop_id = ${shop} and buyer_id = ${buyer}) n
    where e.shop_id = ${shop} and e.buyer_id = ${buyer} and e.case_id = n.case_id and e.campaign = n.campaign
      and e.previous_at is distinct from n.previous_at`;
