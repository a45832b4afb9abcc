/** The money of a Shopify order as its buyer saw it: in the presentment currency, where it is another one than the shop's. */
import { currencyDigits, formatAmount, parseAmount } from "../../core/values/money.ts";
import { decimalOf, type Json, jsonOf, textOf } from "../json.ts";

export type OrderMoney = {
  readonly currency: string | null;
  /** The order's total today; null: the payload has none. */
  readonly total: string | null;
  /** An amount in the shop's currency as one in `currency`, by the rate of the order's total. */
  toBuyers(amount: string | null): string | null;
  /** The price of a line in `currency`; null: it is not known. */
  priceOf(line: Json): string | null;
  /** An amount with its own currency as one in `currency`; null: it cannot be compared. */
  convert(amount: string | null, from: string | null): string | null;
};

export function moneyOf(order: Json): OrderMoney {
  const currency = textOf(order.currency, 10);
  const shopTotal = decimalOf(order.current_total_price) ?? decimalOf(order.total_price);
  const shown = textOf(order.presentment_currency, 10);
  const total =
    shown === null ? null : (shownIn(order.current_total_price_set, shown) ?? shownIn(order.total_price_set, shown));
  if (shown === null || shown === currency || total === null || currencyDigits(shown) === null)
    return {
      currency,
      total: shopTotal,
      toBuyers: (amount) => amount,
      priceOf: (line) => decimalOf(line.price),
      convert: (amount, from) => (from === null || from === currency ? amount : null),
    };
  const toBuyers = (amount: string | null) => {
    if (amount === null || shopTotal === null || Number(shopTotal) === 0) return null;
    if (Number(amount) === Number(shopTotal)) return total;
    const minor = ((parseAmount(total, shown) ?? 0) * Number(amount)) / Number(shopTotal);
    return formatAmount(Math.round(minor), shown);
  };
  return {
    currency: shown,
    total,
    toBuyers,
    priceOf: (line) => shownIn(line.price_set, shown),
    convert: (amount, from) => (from === null || from === shown ? amount : from === currency ? toBuyers(amount) : null),
  };
}

/** `{shop_money, presentment_money: {amount, currency_code}}` → the amount, if it is in this currency. */
function shownIn(set: unknown, currency: string): string | null {
  const money = jsonOf(jsonOf(set)?.presentment_money);
  return money === null || money.currency_code !== currency ? null : decimalOf(money.amount);
}
