/** Which running campaign takes orders that another one would match too, counted over the newest orders. */
import { isKnown, type Order } from "../core/order/order.ts";
import { fitsOrder } from "../core/rules/match.ts";
import { formatInstant } from "../core/values/instant.ts";
import type { Campaign } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import { databaseNow } from "../db/stores/intake/intake-store.ts";
import { newestOrders } from "../db/stores/reads/newest-order-store.ts";

const MOST = { days: 30, limit: 1_000 } as const;

/** `campaigns`: those that run, sorted by byPriority, with their pauses. Retired ones take no orders. In the shape of the answer. */
export async function campaignOverlap(sql: Sql, campaigns: readonly Campaign[]) {
  const now = await databaseNow(sql);
  // Orders that nobody may chase are in no case, so no campaign takes them.
  const orders = (await newestOrders(sql, MOST)).filter(({ order }) => order.chaseFrom !== null && isKnown(order));
  const oldest = orders.at(-1)?.order.createdAt ?? null;
  return {
    orders: orders.length,
    since: oldest === null ? null : formatInstant(Math.floor(oldest), 0),
    items: countOverlap(campaigns, orders).map(({ campaign, matching, takes, shadowedBy }) => ({
      campaign: campaign.key,
      matching,
      takes,
      shadowedBy: shadowedBy.map((other) => ({
        campaign: other.campaign.key,
        orders: other.orders,
        state: stateOf(other.campaign, now),
      })),
    })),
  };
}

function stateOf({ paused, active }: Campaign, now: number): "runs" | "paused" | "ended" {
  if (active.to !== null && active.to <= now) return "ended";
  return paused === true ? "paused" : "runs";
}

type Overlap = {
  readonly campaign: Campaign;
  /** The orders that it fits, and those of them that are its own: no campaign before it fits them. */
  readonly matching: number;
  readonly takes: number;
  /** The campaigns that take the other ones, the one with the most orders first. */
  readonly shadowedBy: readonly { readonly campaign: Campaign; readonly orders: number }[];
};

/** Each order by itself, as rule 2 of docs/rules.md chooses. `campaigns`: sorted by byPriority. */
function countOverlap(
  campaigns: readonly Campaign[],
  orders: readonly { readonly shop: string; readonly order: Order }[],
): Overlap[] {
  const counts = campaigns.map((campaign) => ({
    campaign,
    matching: 0,
    takes: 0,
    others: new Map<Campaign, number>(),
  }));
  for (const { shop, order } of orders) {
    const fitting = counts.filter(({ campaign }) => fitsOrder(campaign, shop, order) === "fits");
    const [first] = fitting;
    if (first === undefined) continue;
    first.takes++;
    for (const each of fitting) {
      each.matching++;
      if (each !== first) each.others.set(first.campaign, (each.others.get(first.campaign) ?? 0) + 1);
    }
  }
  return counts.map(({ others, ...counted }) => ({
    ...counted,
    shadowedBy: [...others]
      .map(([campaign, orders]) => ({ campaign, orders }))
      .sort((a, b) => b.orders - a.orders || b.campaign.priority - a.campaign.priority),
  }));
}
