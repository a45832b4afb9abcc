/** The refunds of money in a Shopify order: not a restock, nor a cancellation without money. */
import { formatAmount, parseAmount } from "../../core/values/money.ts";
import { decimalOf, type Json, jsonOf, listOf, textOf } from "../json.ts";
import { moneyOf, type OrderMoney } from "./money.ts";

export type Refund = { readonly id: string; readonly amount: string; readonly currency: string };

/** One entry for each refund that gave money back, in the currency of the order's amount. */
export function refundsOf(order: Json): Refund[] {
  const money = moneyOf(order);
  const { currency } = money;
  if (currency === null) return [];
  return listOf(order.refunds).flatMap((entry) => {
    const refund = jsonOf(entry);
    const id = refund === null ? null : String(refund.id);
    if (refund === null || id === null || !/^\d{1,40}$/.test(id)) return [];
    const sum = listOf(refund.transactions).reduce<number>((total, each) => total + moneyBack(jsonOf(each), money), 0);
    return sum > 0 ? [{ id, amount: formatAmount(sum, currency), currency }] : [];
  });
}

/** In minor units. */
function moneyBack(transaction: Json | null, { currency, convert }: OrderMoney): number {
  if (transaction?.kind !== "refund" || transaction.status !== "success") return 0;
  const amount = convert(decimalOf(transaction.amount), textOf(transaction.currency, 10));
  return parseAmount(amount ?? "", currency ?? "") ?? 0;
}
