/** Money: integer minor units with an ISO 4217 currency; decimal strings on the outside. Never a float in between. */

const KNOWN = new Set(Intl.supportedValuesOf("currency"));
const digitsOf = new Map<string, number>();

/** The number of decimals of a currency (CNY 2, JPY 0, KWD 3; ISO 4217 as ECMA-402 tells it), or null for an unknown code. */
export function currencyDigits(currency: string): number | null {
  if (!KNOWN.has(currency)) return null;
  let digits = digitsOf.get(currency);
  if (digits === undefined) {
    digits = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
    digitsOf.set(currency, digits);
  }
  return digits;
}

/** `"129.00"` → `12900` minor units; null when negative, not a plain decimal, too precise for the currency, or over 2^53. */
export function parseAmount(text: string, currency: string): number | null {
  const digits = currencyDigits(currency);
  const match = /^(\d{1,15})(?:\.(\d{1,6}))?$/.exec(text);
  if (digits === null || !match) return null;
  const fraction = match[2] ?? "";
  if (/[1-9]/.test(fraction.slice(digits))) return null;
  const minor = Number(`${match[1]}${fraction.slice(0, digits).padEnd(digits, "0")}`);
  return Number.isSafeInteger(minor) ? minor : null;
}

/** `12900` CNY → `"129.00"`. */
export function formatAmount(minor: number, currency: string): string {
  const digits = currencyDigits(currency) ?? 2;
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const sign = minor < 0 ? "-" : "";
  return digits === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Millionths of a unit → decimal, since prices of segments go below the smallest coin: `0.135`. Never fewer decimals than the currency has. */
export function formatMicros(micros: number, currency: string): string {
  const digits = currencyDigits(currency) ?? 2;
  const text = String(Math.abs(micros)).padStart(7, "0");
  const fraction = text.slice(-6).replace(/0+$/, "").padEnd(digits, "0");
  const whole = `${micros < 0 ? "-" : ""}${text.slice(0, -6)}`;
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
