/** Kinds of value that only dunlin.yaml has. */
import { z } from "zod";
import { canonicalLocale } from "../core/values/locale.ts";
import { currencyDigits } from "../core/values/money.ts";
import { isZone } from "../core/values/zone.ts";

export const timeZoneField = z.string().refine(isTimeZone, "is not an IANA time zone, like Asia/Shanghai");
export const localeField = z
  .string()
  .transform((text) => canonicalLocale(text) ?? "")
  .refine((text) => text !== "", "is not a BCP 47 locale, like zh-CN");
export const currencyField = z
  .string()
  .refine((code) => currencyDigits(code) !== null, "is not an ISO 4217 currency code, like CNY");
export const positiveField = z
  .union(
    [
      z.number(),
      z
        .string()
        .regex(/^\d+(\.\d+)?$/, "must be a number")
        .transform(Number),
    ],
    { error: "must be a number" },
  )
  .refine((value) => value > 0 && value <= 1_000_000, "must be more than 0 and at most 1000000");

/** Node accepts offsets like +08:00 too. They are refused: an offset has no daylight saving. */
function isTimeZone(name: string): boolean {
  return /^[A-Za-z]/.test(name) && isZone(name);
}
