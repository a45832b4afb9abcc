/** The cost of an order that the reminders brought. */
import type { Figures } from "../figures.ts";
import type { NamedStratum } from "./strata.ts";

/** Millionths of the currency's unit. `high` null: there is no upper limit, since perhaps no order was brought. */
export type OrderCost = {
  readonly micros: number;
  readonly low: number;
  readonly high: number | null;
  readonly currency: string;
};

/**
 * The cost of the measured part of the reminded, by its share of all of them, over the orders that it brought. Sorted by currency; empty unless
 * orders were brought.
 */
export function orderCosts(
  { cost, extraOrders, extraOrdersLow, extraOrdersHigh }: Figures,
  strata: readonly NamedStratum[],
): OrderCost[] {
  if (extraOrders === null || extraOrdersLow === null || extraOrdersHigh === null || extraOrders <= 0) return [];
  const all = strata.reduce((sum, { allTreated }) => sum + allTreated, 0);
  const measured = strata.reduce((sum, { isMeasured, treated }) => (isMeasured ? sum + treated : sum), 0);
  if (all === 0) return [];
  return cost.map(({ micros, currency }) => {
    const own = (micros * measured) / all;
    return {
      micros: Math.round(own / extraOrders),
      low: Math.round(own / extraOrdersHigh),
      high: extraOrdersLow > 0 ? Math.round(own / extraOrdersLow) : null,
      currency,
    };
  });
}
