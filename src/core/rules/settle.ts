/** Settles a step for the orders of a decided row (docs/rules.md, rule 12). */

import type { Campaign } from "../values/policy.ts";
import { ownTime, settleKey } from "./anchor.ts";
import type { BuyerState } from "./buyer-state.ts";
import type { PlannedRow } from "./plan.ts";

/**
 * Settles (campaign, step) for the owed orders whose own time is not after max(now, anchor). A send, and a holdout's skip like
 * it, reaches `repeatAfter` further and settles every step listed before it for the same orders.
 */
export function markSettled(
  state: BuyerState,
  campaign: Campaign,
  row: PlannedRow,
  now: number,
  asSend: boolean,
): void {
  const limit = Math.max(now, row.anchor);
  for (const { order: id, own } of row.owed) {
    if (own > limit && !(asSend && own < limit + campaign.repeatAfter)) continue;
    const tracked = state.orders.get(id);
    if (tracked === undefined || tracked.order.createdAt === null) continue;
    const settled = { ...tracked.settled, [settleKey(campaign.key, row.step)]: own };
    const times = { createdAt: tracked.order.createdAt, closesAt: tracked.order.closesAt };
    if (asSend)
      for (const step of campaign.steps.slice(0, row.index))
        settled[settleKey(campaign.key, step.id)] = ownTime(step, times) ?? now;
    tracked.settled = settled;
  }
}
