/** Which variant of a campaign a buyer was sent under earlier versions of it. */
import type { Campaign } from "../../../core/values/policy.ts";
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";

export type TreatedRow = {
  readonly shop_id: string;
  readonly buyer_id: string;
  readonly campaign: string;
  readonly variant: string;
};

/**
 * Of the buyers (literals of `columns.ts`) the variant of the last send under another version than the one that is run. Nothing is
 * asked where no campaign has variants and a version before.
 */
export async function loadTreated(
  sql: Sql,
  campaigns: readonly Campaign[],
  shops: string,
  ids: string,
): Promise<readonly TreatedRow[]> {
  const split = campaigns.filter(({ variants, version }) => variants.length > 0 && version !== "1");
  if (split.length === 0) return [];
  return sql<TreatedRow[]>`
    select distinct on (r.shop_id, r.buyer_id, r.campaign) r.shop_id, r.buyer_id, r.campaign, r.variant
    from unnest(${shops}::text[], ${ids}::uuid[]) as b(shop_id, id)
    join reminders r on r.shop_id = b.shop_id and r.buyer_id = b.id and r.variant is not null
      and (r.state in ('sending', 'sent') or r.reason = 'unknown_outcome')
    join unnest(${texts(split.map(({ key }) => key))}::text[], ${texts(split.map(({ version }) => version))}::text[])
      as c(key, version) on r.campaign = c.key and r.campaign_version <> c.version
    order by r.shop_id, r.buyer_id, r.campaign, r.decided_at desc, r.id desc`;
}
