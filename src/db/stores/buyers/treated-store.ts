/** The variant of a campaign that a buyer was sent under an earlier version of it. */
import type { Campaign } from "../../../core/values/policy.ts";
import type { Sql } from "../../client.ts";
import { type Fragment, rowSet, text } from "../../rows.ts";

type TreatedRow = {
  readonly shop_id: string;
  readonly buyer_id: string;
  readonly campaign: string;
  readonly variant: string;
};

const campaignVersions = rowSet<Campaign>({
  key: text(({ key }) => key),
  version: text(({ version }) => version),
});

/**
 * For each buyer the variant of the last send under another version than the current one. Asks the database nothing if no campaign has
 * both variants and an earlier version.
 */
export async function loadTreated(
  sql: Sql,
  campaigns: readonly Campaign[],
  buyers: Fragment,
): Promise<readonly TreatedRow[]> {
  const split = campaigns.filter(({ variants, version }) => variants.length > 0 && version !== "1");
  if (split.length === 0) return [];
  return sql<TreatedRow[]>`
    with b as (select * from ${buyers})
    select distinct on (r.shop_id, r.buyer_id, r.campaign) r.shop_id, r.buyer_id, r.campaign, r.variant
    from b
    join reminders r on r.shop_id = b.shop_id and r.buyer_id = b.id and r.variant is not null
      and (r.state in ('sending', 'sent') or r.reason = 'unknown_outcome')
    join ${campaignVersions.rows(sql, split)} on r.campaign = n.key and r.campaign_version <> n.version
    order by r.shop_id, r.buyer_id, r.campaign, r.decided_at desc, r.id desc`;
}
