/**
 * Assigns buyers to holdout and variants (docs/rules.md, rule 15), and to those whose cases no person gets (rule 16): by a stable hash of (campaign, shop, buyer), salted separately. So a
 * buyer always falls the same way, in every process, in a rehearsal and live.
 */
import { hash32 } from "../values/hash.ts";
import type { Campaign } from "../values/policy.ts";

const share = (salt: string, campaign: string, shop: string, bucket: number) =>
  hash32(`${salt}\n${campaign}\n${shop}\n${bucket}`) / 0x1_0000_0000;

/** `bucket` stands for the buyer: hash32 of the identity first reported, kept for life. */
export function isHeldOut(campaign: Campaign, shop: string, bucket: number): boolean {
  return campaign.holdout > 0 && share("holdout", campaign.key, shop, bucket) < campaign.holdout;
}

/** Whether the reminders alone take care of the case, though it would be a person's. */
export function isKeptFromPeople({ manual, key }: Campaign, shop: string, bucket: number): boolean {
  const holdout = manual?.holdout ?? 0;
  return holdout > 0 && share("manual", key, shop, bucket) < holdout;
}

/**
 * The buyer's variant by weight, or null when the campaign has no variants. `earlier`: the variant that the buyer was sent under an earlier
 * version of the campaign, with other weights. It stays as long as the campaign has it, even with a weight of 0: the arms must not mix.
 */
export function variantOf(
  campaign: Campaign,
  shop: string,
  bucket: number,
  earlier: string | null = null,
): string | null {
  if (earlier !== null && campaign.variants.some(({ key }) => key === earlier)) return earlier;
  const total = campaign.variants.reduce((sum, variant) => sum + variant.weight, 0);
  let point = share("variant", campaign.key, shop, bucket) * total;
  for (const variant of campaign.variants) {
    point -= variant.weight;
    if (point < 0) return variant.key;
  }
  return campaign.variants.at(-1)?.key ?? null;
}
