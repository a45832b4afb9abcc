/** Chooses the campaign of a case (docs/rules.md, rule 2). */

import type { Order } from "../order/order.ts";
import { amountIn, currencyDigits } from "../values/money.ts";
import type { Amounts, Campaign, Match } from "../values/policy.ts";
import { namesAny } from "../values/word.ts";

export type ChosenCampaign =
  | { readonly kind: "campaign"; readonly campaign: Campaign }
  | { readonly kind: "none"; readonly reason: "excluded" | "no_campaign" };

/** Highest priority first; ties: the smaller key. */
export function byPriority(campaigns: readonly Campaign[]): Campaign[] {
  return [...campaigns].sort((a, b) => b.priority - a.priority || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** The first of `campaigns` (sorted by byPriority) that fits at least one of the orders. */
export function chooseCampaign(campaigns: readonly Campaign[], shop: string, orders: readonly Order[]): ChosenCampaign {
  let reason: "excluded" | "no_campaign" = "no_campaign";
  for (const campaign of campaigns) {
    for (const order of orders) {
      const fit = fitsOrder(campaign, shop, order);
      if (fit === "fits") return { kind: "campaign", campaign };
      if (fit === "excluded") reason = "excluded";
    }
  }
  return { kind: "none", reason };
}

/** `excluded`: it would fit, but for its `exclude`. */
export function fitsOrder(campaign: Campaign, shop: string, order: Order): "fits" | "excluded" | "no" {
  if (!isActive(campaign, order) || !holds(campaign.match, shop, order)) return "no";
  return isExcluded(campaign, shop, order) ? "excluded" : "fits";
}

export function isExcluded(campaign: Campaign, shop: string, order: Order): boolean {
  return campaign.exclude !== null && holds(campaign.exclude, shop, order);
}

/** Which of its conditions the order meets, each for itself. */
export type Fit = Readonly<Record<"active" | "shops" | "tags" | "amount", boolean>>;

export function fitOf(campaign: Campaign, shop: string, order: Order): Fit {
  const { shops, tags, amount } = campaign.match;
  return {
    active: isActive(campaign, order),
    shops: holds({ shops, tags: null, amount: null }, shop, order),
    tags: holds({ shops: null, tags, amount: null }, shop, order),
    amount: holds({ shops: null, tags: null, amount }, shop, order),
  };
}

function isActive({ active }: Campaign, order: Order): boolean {
  if (order.createdAt === null) return false;
  return (
    (active.from === null || order.createdAt >= active.from) && (active.to === null || order.createdAt < active.to)
  );
}

function holds(match: Match, shop: string, order: Order): boolean {
  if (match.shops !== null && !match.shops.includes(shop)) return false;
  if (match.tags !== null && !namesAny(order.tags, match.tags)) return false;
  if (match.amount === null) return true;
  const { min, max } = match.amount;
  return (min === null || reaches(order, min)) && (max === null || staysWithin(order, max));
}

/** Both sides are the double nearest to the same decimal, so equal decimals compare equal. */
const decimalOf = (order: Order): number => (order.amount ?? 0) / 10 ** (currencyDigits(order.currency ?? "") ?? 2);

function reaches(order: Order, amounts: Amounts): boolean {
  const min = amountIn(amounts, order.currency ?? "");
  return min !== null && decimalOf(order) >= Number(min);
}

function staysWithin(order: Order, amounts: Amounts): boolean {
  const max = amountIn(amounts, order.currency ?? "");
  return max !== null && decimalOf(order) <= Number(max);
}

/** Rule 16: whether the campaign leaves a case with these orders, which count, to a person. */
export function isDear({ manual }: Campaign, tier: string | null, counting: readonly Order[]): boolean {
  if (manual === null || counting.length === 0) return false;
  const { amountAtLeast, tiers = [] } = manual;
  return (amountAtLeast !== null && sumReaches(counting, amountAtLeast)) || (tier !== null && namesAny([tier], tiers));
}

/** Whether the orders together reach the amount; each currency for itself. */
function sumReaches(orders: readonly Order[], amountAtLeast: Amounts): boolean {
  const sums = new Map<string, number>();
  for (const { amount, currency } of orders)
    if (currency !== null) sums.set(currency, (sums.get(currency) ?? 0) + (amount ?? 0));
  for (const [currency, sum] of sums) {
    const least = amountIn(amountAtLeast, currency);
    if (least !== null && sum / 10 ** (currencyDigits(currency) ?? 2) >= Number(least)) return true;
  }
  return false;
}
