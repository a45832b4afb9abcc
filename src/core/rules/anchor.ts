/** Finds the orders that are owed a step, and the step's time before any rule moves it (docs/rules.md, rules 3 and 4). */

import { memo } from "../values/memo.ts";
import type { Campaign, Step } from "../values/policy.ts";

/** An order that counts in its case. `settled`: `campaign/step` → the order's own time when that step was settled for it. */
export type PlanOrder = {
  readonly id: string;
  readonly createdAt: number;
  readonly closesAt: number | null;
  /** When it was first reported to us. */
  readonly reportedAt: number;
  readonly settled: Readonly<Record<string, number>>;
};

export type Owed = { readonly order: PlanOrder; readonly own: number };

/** `at`: the step's time, r. It may move within [earliest, latest]; `latest` null: the orders never close. */
export type Anchor = { readonly at: number; readonly earliest: number; readonly latest: number | null };

const MAX_NAMES = 1_000;
const settleKeysOf = memo(MAX_NAMES, (campaign: string) => memo(MAX_NAMES, (step: string) => `${campaign}/${step}`));

/** `campaign/step`. The same string each time: a new one would have to be looked up among all names whenever it is used as a key. */
export function settleKey(campaign: string, step: string): string {
  return settleKeysOf(campaign)(step);
}

/** The order's own time for a step, or null when it has none. */
export function ownTime(step: Step, order: { createdAt: number; closesAt: number | null }): number | null {
  if (step.at.kind === "afterCreated") return order.createdAt + step.at.ms;
  return order.closesAt === null ? null : order.closesAt - step.at.ms;
}

/** Rule 3. */
export function owedOrders(campaign: Campaign, step: Step, orders: readonly PlanOrder[]): Owed[] {
  const key = settleKey(campaign.key, step.id);
  const owed: Owed[] = [];
  for (const order of orders) {
    const own = ownTime(step, order);
    if (own === null) continue;
    const settled = order.settled[key];
    if (settled === undefined || own > settled + campaign.repeatAfter) owed.push({ order, own });
  }
  return owed;
}

/** Rule 4, before `whenTight` is asked. */
export function anchorOf(campaign: Campaign, step: Step, owed: readonly Owed[]): Anchor {
  let oldest = Number.POSITIVE_INFINITY;
  let newest = Number.NEGATIVE_INFINITY;
  let close = Number.POSITIVE_INFINITY;
  let closingCreated = Number.POSITIVE_INFINITY;
  for (const { order } of owed) {
    oldest = Math.min(oldest, order.createdAt);
    newest = Math.max(newest, order.createdAt);
    const closes = order.closesAt ?? Number.POSITIVE_INFINITY;
    if (closes < close) closingCreated = order.createdAt;
    else if (closes === close) closingCreated = Math.min(closingCreated, order.createdAt);
    close = Math.min(close, closes);
  }
  const { kind, ms } = step.at;
  return {
    at: kind === "afterCreated" ? Math.min(newest + ms, oldest + 2 * ms) : close - ms,
    earliest: (kind === "afterCreated" ? oldest : closingCreated) + campaign.minAge,
    latest: close === Number.POSITIVE_INFINITY ? null : close - campaign.minLead,
  };
}
