/** The figures of the owner's page that the metrics show. */
import { decimalCost } from "../../core/values/money.ts";
import type { ResultFigures } from "../../db/stores/notices/result-store.ts";
import { moneyOf } from "../format-report.ts";
import { ownerJson } from "./owner-json.ts";
import type { OwnerPage } from "./page.ts";

export function resultFigures(page: OwnerPage): ResultFigures {
  const { figures } = page;
  const { lift, liftLow, liftHigh } = figures;
  return {
    remindedOrders: figures.remindedOrders,
    recoveredOrders: figures.recoveredOrders,
    recovered: figures.recoveredAmount
      .map(moneyOf)
      .map(({ amount, currency }) => ({ amount: Number(amount), currency })),
    cost: figures.cost.map(decimalCost).map(({ amount, currency }) => ({ amount: Number(amount), currency })),
    brought: ownerJson(page).figures.extraAmount.map(({ low, amount, high, currency }) => ({
      low: Number(low),
      value: Number(amount),
      high: Number(high),
      currency,
    })),
    lift: lift === null || liftLow === null || liftHigh === null ? null : { low: liftLow, value: lift, high: liftHigh },
    buyers: {
      reminded: figures.treatedBuyers,
      heldOut: figures.holdoutBuyers,
      open: figures.openBuyers,
      unmeasured: figures.unmeasuredBuyers,
    },
  };
}
