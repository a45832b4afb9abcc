/** Compares the amounts of a campaign, which may be one number for every currency, or one for each currency that is named. */
import { compareDecimals } from "../text/yaml-fields.ts";
import { amountIn } from "../values/money.ts";
import type { Amounts, Match } from "../values/policy.ts";

/** A shop's currency. `shop` null: every shop that is not listed. */
export type ShopCurrency = { readonly shop: string | null; readonly currency: string };

type Range = NonNullable<Match["amount"]>;

/** Stands for a currency that no amount names. */
const ANY = "";

/** The currencies that the range names; an order in another one is outside. A range of plain numbers takes any. */
function currenciesOf({ min, max }: Range): readonly string[] {
  const named = [min, max].filter((amounts) => typeof amounts === "object" && amounts !== null);
  return named.length === 0 ? [ANY] : [...new Set(named.flatMap((amounts) => Object.keys(amounts)))];
}

/** Whether every amount within `b` is within `a`. */
export function rangeCovers(a: Range | null, b: Range | null): boolean {
  if (a === null) return true;
  const inner = b ?? { min: null, max: null };
  return currenciesOf(inner).every((currency) => {
    const bound = (amounts: Amounts | null, none: string) => (amounts === null ? none : amountIn(amounts, currency));
    const [low, high] = [bound(a.min, "0"), bound(a.max, NO_END)];
    const [innerLow, innerHigh] = [bound(inner.min, "0"), bound(inner.max, NO_END)];
    if (innerLow === null || innerHigh === null) return true;
    if (low === null || high === null) return false;
    return compareDecimals(low, innerLow) <= 0 && compareDecimals(high, innerHigh) >= 0;
  });
}

const NO_END = "9".repeat(16);

/** Whether every amount that reaches `min` reaches `limit` too. */
export const isAtLeast = (min: Amounts, limit: Amounts): boolean =>
  rangeCovers({ min: limit, max: null }, { min, max: null });

/** The currencies in which `min` is more than `max`; `""`: plain numbers. */
export const reversedIn = (min: Amounts, max: Amounts): readonly string[] =>
  currenciesOf({ min, max }).filter((currency) => {
    const [low, high] = [amountIn(min, currency), amountIn(max, currency)];
    return low !== null && high !== null && compareDecimals(low, high) > 0;
  });

/** `1000.00`, or `3000 CNY and 400 EUR`. */
export const amountsText = (amounts: Amounts): string =>
  typeof amounts === "string"
    ? amounts
    : Object.entries(amounts)
        .map(([currency, amount]) => `${amount} ${currency}`)
        .join(" and ");

/** Why one number cannot be meant for the shops that a campaign matches, and what to write; null: they share a currency. */
export function severalCurrencies(
  number: string,
  matched: readonly string[] | null,
  shops: readonly ShopCurrency[],
): string | null {
  const known = new Map<string, string>();
  for (const { shop, currency } of shops)
    if (matched === null ? true : shop === null ? hasUnlisted(matched, shops) : matched.includes(shop))
      if (!known.has(currency)) known.set(currency, shop ?? "other shops");
  const [first, ...others] = known.keys();
  if (first === undefined || others.length === 0) return null;
  const named = [...known].map(([currency, shop]) => `${currency} (${shop})`).join(", ");
  const written = [`${first}: "${number}"`, ...others.map((currency) => `${currency}: "…"`)].join(", ");
  return `is one number, and the shops of this campaign have several currencies: ${named}. Write an amount for each: { ${written} }`;
}

const hasUnlisted = (matched: readonly string[], shops: readonly ShopCurrency[]): boolean =>
  matched.some((name) => !shops.some(({ shop }) => shop === name));
