/** Money: integer minor units with an ISO 4217 currency, and decimal strings on the outside. Never a float. */
import { memo } from "./memo.ts";
import type { Amounts } from "./policy.ts";

/** Codes of ISO 4217 that the platform's list leaves out: units of account, and a currency of 2021. */
const ALSO_KNOWN = ["BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW", "VED"];
const KNOWN = new Set([...Intl.supportedValuesOf("currency"), ...ALSO_KNOWN]);

const digitsOf = memo(
  KNOWN.size,
  (currency: string) =>
    new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2,
);

/** The number of decimals of a currency (CNY 2, JPY 0, KWD 3; ISO 4217 as in ECMA-402), or null for an unknown code. */
export function currencyDigits(currency: string): number | null {
  return KNOWN.has(currency) ? digitsOf(currency) : null;
}

/** `"129.00"` → `12900` minor units; null when negative, not a plain decimal, too precise for the currency, or over 2^53. */
export function parseAmount(text: string, currency: string): number | null {
  const digits = currencyDigits(currency);
  if (digits === null) return null;
  const point = text.indexOf(".");
  const whole = point < 0 ? text.length : point;
  const decimals = point < 0 ? 0 : text.length - point - 1;
  if (whole < 1 || whole > 15 || decimals > 6 || (point >= 0 && decimals < 1)) return null;
  // By hand: this runs several times for every order. A sum that goes over 2^53 stays over it.
  let minor = 0;
  for (let at = 0; at < text.length; at++) {
    if (at === point) continue;
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return null;
    if (at <= whole + digits) minor = minor * 10 + digit;
    else if (digit > 0) return null;
  }
  for (let missing = digits - decimals; missing > 0; missing--) minor *= 10;
  return Number.isSafeInteger(minor) ? minor : null;
}

/** The most decimals that a currency has (ISO 4217: CLF and UYW). */
const MAX_DIGITS = 4;

/** Whether an amount without its currency is exact, whatever the currency turns out to be. */
export const fitsAnyCurrency = (text: string): boolean =>
  Number.isSafeInteger(Math.ceil(Number(text) * 10 ** MAX_DIGITS));

/** `12900` CNY → `"129.00"`. */
export function formatAmount(minor: number | bigint, currency: string): string {
  const digits = currencyDigits(currency) ?? 2;
  const text = String(minor < 0 ? -minor : minor).padStart(digits + 1, "0");
  const sign = minor < 0 ? "-" : "";
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** `1234567.80` → `1,234,567.80` */
export const marked = (amount: string): string => amount.replace(/\B(?=(\d{3})+(?=\.|$))(?<!\.\d*)/g, ",");

/** Millionths of a unit → decimal, since prices of segments go below the smallest coin: `0.135`. Never fewer decimals than the currency has. */
export function formatMicros(micros: number, currency: string): string {
  const digits = currencyDigits(currency) ?? 2;
  const text = String(Math.abs(micros)).padStart(7, "0");
  const fraction = text.slice(-6).replace(/0+$/, "").padEnd(digits, "0");
  const whole = `${micros < 0 ? "-" : ""}${text.slice(0, -6)}`;
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

/** A cost as answers and tables show it. */
export const decimalCost = ({ micros, currency }: { readonly micros: number; readonly currency: string }) => ({
  amount: formatMicros(micros, currency),
  currency,
});

/** The amount in this currency; null: it has no amount. */
export const amountIn = (amounts: Amounts, currency: string): string | null =>
  typeof amounts === "string" ? amounts : (amounts[currency] ?? null);
