/** Whether money or a package lasts for what is planned: without the orders that are still to come, and as if nobody paid until then. */
import type { ChannelFinding } from "../seams/channel-check.ts";

export type Stock = Extract<ChannelFinding, { about: "balance" | "package" }>;

/** The sends of one channel that are planned for the next day. */
export type Plan = {
  readonly sends: number;
  readonly segments: number;
  /** The channel's price of all segments, in millionths; null: it has no `cost`. */
  readonly price: { readonly micros: number; readonly currency: string } | null;
  /** Sends by minute (epoch ms), in any order. */
  readonly flow: readonly { readonly at: number; readonly sends: number }[];
};

export type Forecast =
  /** `need`: segments of a package, millionths of a balance. `runsOutAt`: when, if it is less than `need`. */
  | { readonly kind: "enough" | "low" | "short" | "empty"; readonly need: number; readonly runsOutAt: number | null }
  /** Money cannot be compared with what is planned: a channel has no `cost`, or one in another currency. */
  | { readonly kind: "no_price" }
  | { readonly kind: "other_currency" };

/** Less than this share of a package, or of a balance beyond what is planned, is low. */
const LOW = 0.1;

/** `plans`: of all channels that share the account. */
export function forecast(stock: Stock, plans: readonly Plan[]): Forecast {
  const left = stock.about === "package" ? stock.left : stock.micros;
  const needs: { plan: Plan; need: number }[] = [];
  for (const plan of plans) {
    if (stock.about === "package") needs.push({ plan, need: plan.segments });
    else if (plan.sends > 0 && left > 0) {
      if (plan.price === null) return { kind: "no_price" };
      if (plan.price.currency !== stock.currency) return { kind: "other_currency" };
      needs.push({ plan, need: plan.price.micros });
    }
  }
  const need = needs.reduce((sum, each) => sum + each.need, 0);
  if (left <= 0) return { kind: "empty", need, runsOutAt: null };
  if (need > left) return { kind: "short", need, runsOutAt: whenGone(left, needs) };
  const isLow = stock.about === "package" ? left - need < stock.bought * LOW : need > 0 && left - need < left * LOW;
  return { kind: isLow ? "low" : "enough", need, runsOutAt: null };
}

/** Each send of a plan takes the same. */
function whenGone(left: number, needs: readonly { readonly plan: Plan; readonly need: number }[]): number | null {
  const taken = needs.flatMap(({ plan, need }) =>
    plan.flow.map(({ at, sends }) => ({ at, amount: (sends * need) / Math.max(1, plan.sends) })),
  );
  let sum = 0;
  for (const { at, amount } of taken.sort((a, b) => a.at - b.at)) {
    sum += amount;
    if (sum > left) return at;
  }
  return null;
}
