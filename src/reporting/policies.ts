/** Looks up the current campaigns and shops for a story. They only add words: the plans themselves are stored. */
import type { Campaign, QuietHours, ShopPolicy } from "../core/values/policy.ts";

export type PolicyLookups = {
  /** IANA zone of a shop (UTC). */
  readonly zoneOf: (shop: string) => string;
  /** The quiet hours that a campaign has, its own or its shop's. */
  readonly quietHoursOf: (shop: string, campaign: string) => QuietHours | null;
  readonly campaignOf: (campaign: string) => Campaign | null;
};

export function policyLookups(
  campaigns: () => readonly Campaign[],
  shopOf: (shop: string) => ShopPolicy | null,
): PolicyLookups {
  const campaignOf = (key: string) => campaigns().find((campaign) => campaign.key === key) ?? null;
  return {
    zoneOf: (shop) => shopOf(shop)?.timeZone ?? "UTC",
    quietHoursOf(shop, key) {
      const own = campaignOf(key)?.quietHours ?? null;
      return own === "off" ? null : (own ?? shopOf(shop)?.quietHours ?? null);
    },
    campaignOf,
  };
}
