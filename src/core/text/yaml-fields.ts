/** The kinds of value that `dunlin.yaml` and `campaign.yaml` share, as zod schemas from the written form to the program's. */
import { z } from "zod";
import { DAY, parseDuration, parseTimeOfDay } from "../values/duration.ts";
import { parseInstant } from "../values/instant.ts";
import { canonicalLocale } from "../values/locale.ts";
import { currencyDigits } from "../values/money.ts";
import { type Amounts, DEFAULT_PAUSE_WHEN, type PauseWhen, type QuietHours } from "../values/policy.ts";
import { readZone } from "../values/zone-name.ts";

/** A name used in file names, keys and tables: letters, digits and dashes, no dots. */
export const nameField = z
  .string()
  .max(60, "is longer than 60 characters")
  .regex(/^[a-z0-9][a-z0-9-]*$/i, "must be letters, digits and dashes, beginning with a letter or digit");

export const textField = z.string().min(1, "must not be empty");

export const urlField = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    "must be an http:// or https:// URL",
  );

/** Parses text; the parser returns null for what it does not accept. */
function parsed<T>(parse: (text: string) => T | null, error: string) {
  return z
    .string({ error: (issue) => (issue.input === undefined ? "is required" : error) })
    .transform((text, context): T => {
      const value = parse(text);
      if (value !== null) return value;
      context.addIssue({ code: "custom", message: error });
      return z.NEVER;
    });
}

/** An IANA zone, in its usual spelling. */
export const timeZoneField = z.string().transform((text, context) => {
  const read = readZone(text);
  if (read.ok) return read.zone;
  context.addIssue({ code: "custom", message: read.fault });
  return z.NEVER;
});
export const localeField = z
  .string()
  .transform((text) => canonicalLocale(text) ?? "")
  .refine((text) => text !== "", "is not a BCP 47 locale, like zh-CN");
export const currencyField = z
  .string()
  .refine((code) => currencyDigits(code) !== null, "is not an ISO 4217 currency code, like CNY");

/** Milliseconds. */
export const durationField = parsed(parseDuration, "must be a duration like 90s, 10m, 1h30m or 2d");

/** Milliseconds, more than 0. */
export const spanField = durationField.refine((ms) => ms > 0, "must be longer than 0s");

/** Epoch ms. */
export const instantField = parsed(parseInstant, "must be an instant with an offset, like 2026-11-10T20:00:00+08:00");

/** `22:00` or `22:00:30` → milliseconds since midnight. */
export const timeOfDayField = parsed(parseTimeOfDay, 'must be a time of day like "22:00" or "22:00:30"');

/** `off`, or wall-clock [from, to). */
export const quietHoursField: z.ZodType<QuietHours | "off"> = offOr(
  z.strictObject({ from: timeOfDayField, to: timeOfDayField }),
  "must be off or a map of from and to",
);

/** A decimal as text; a plain number is taken as it is written. */
export const decimalField = z
  .union([z.string(), z.number()], {
    error: (issue) => (issue.input === undefined ? "is required" : 'must be an amount like "30.00"'),
  })
  .transform((value) => String(value))
  .pipe(
    z.string().regex(/^\d{1,15}(\.\d{1,6})?$/, 'must be an amount like "30.00", not negative, at most six decimals'),
  );

/** A decimal, or one for each currency: `{ CNY: "3000", EUR: "400" }`. */
export const amountsField: z.ZodType<Amounts> = z.union(
  [
    decimalField,
    z
      .record(z.string(), decimalField)
      .superRefine((amounts, context) => {
        for (const code of Object.keys(amounts))
          if (currencyDigits(code) === null)
            context.addIssue({ code: "custom", path: [code], message: "is not an ISO 4217 currency code, like CNY" });
      })
      .refine((amounts) => Object.keys(amounts).length > 0, "needs at least one currency"),
  ],
  {
    error: (issue) =>
      issue.input === undefined
        ? "is required"
        : 'must be an amount like "30.00", or one for each currency like { CNY: "30.00", EUR: "4" }',
  },
);

/** `off` (also `false`), or what the schema takes. */
export function offOr<T>(schema: z.ZodType<T>, error: string): z.ZodType<T | "off"> {
  return z.union([z.literal("off"), z.literal(false).transform(() => "off" as const), schema], { error });
}

/** Compares decimals as decimalField gives them: negative, zero or positive as a is less than, equal to or more than b. */
export function compareDecimals(a: string, b: string): number {
  const micros = (text: string) => {
    const [whole = "0", fraction = ""] = text.split(".");
    return BigInt(whole + fraction.padEnd(6, "0"));
  };
  const difference = micros(a) - micros(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** `5%` → 0.05; 0 needs no sign. */
export const percentField = z.preprocess(
  (value) => (value === 0 ? "0%" : value),
  z
    .string({ error: "must be a percentage like 5%" })
    .regex(/^\d{1,3}(\.\d{1,4})?%$/, "must be a percentage like 5%")
    .transform((text) => Number(text.slice(0, -1)) / 100)
    .refine((share) => share <= 1, "must be at most 100%"),
);

const MAX_WITHIN = DAY;

/** Keys that are left out have their defaults. */
export const pauseWhenField = offOr(
  z.strictObject({
    rejected: percentField.optional(),
    optOut: percentField.optional(),
    invalid: percentField.optional(),
    atLeast: z.number().int("must be a whole number").min(1, "must be at least 1").max(10_000_000).optional(),
    within: spanField.refine((ms) => ms <= MAX_WITHIN, "must be at most 24h").optional(),
  }),
  "must be off or a map of rejected, optOut, invalid, atLeast and within",
);

/** null: off. */
export function pauseWhenOf(given: z.output<typeof pauseWhenField> | undefined): PauseWhen | null {
  if (given === "off") return null;
  const { rejected, optOut, invalid, atLeast, within } = given ?? {};
  return {
    rejected: rejected ?? DEFAULT_PAUSE_WHEN.rejected,
    optOut: optOut ?? DEFAULT_PAUSE_WHEN.optOut,
    invalid: invalid ?? DEFAULT_PAUSE_WHEN.invalid,
    atLeast: atLeast ?? DEFAULT_PAUSE_WHEN.atLeast,
    within: within ?? DEFAULT_PAUSE_WHEN.within,
  };
}
