/**
 * Money, times and durations in the words of a locale. A formatter of Intl costs a thousand times more to make than to use, so it is kept;
 * the number is bounded, since locales come from buyers. Non-breaking spaces and curly apostrophes become plain ones: in an SMS they alone
 * would force UCS-2, at less than half the characters per segment.
 */
import { DAY, MINUTE } from "../../core/values/duration.ts";
import { memo } from "../../core/values/memo.ts";
import { formatAmount } from "../../core/values/money.ts";
import { offsetMinutes } from "../../core/values/zone.ts";

const KEPT = 500;

/** Swiss amounts have a curly apostrophe. */
const plainMarks = (text: string) => text.replace(/[\u00a0\u2009\u202f]/g, " ").replaceAll("\u2019", "'");

/** Keys of several parts have them in one string, apart by `|`, so that all share one limit. */
const moneyFormat = memo(KEPT, (key: string) => {
  const [locale, currency, currencyDisplay] = key.split("|") as [string, string, MoneyDisplay];
  return new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay });
});
const listFormat = memo(KEPT, (locale: string) => new Intl.ListFormat(locale, { type: "conjunction", style: "long" }));
const unitListFormat = memo(KEPT, (locale: string) => new Intl.ListFormat(locale, { type: "unit", style: "narrow" }));
const unitFormat = memo(KEPT, (key: string) => {
  const [locale, unit] = key.split("|");
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" });
});
const pluralRules = memo(KEPT, (locale: string) => new Intl.PluralRules(locale));
/** Dates are shown to the minute, and many reminders share one: each wall-clock minute is formatted once. */
const dateFormat = memo(KEPT, (key: string) => {
  const [locale, zone, style] = key.split("|");
  const format = new Intl.DateTimeFormat(locale, { timeZone: zone, ...DATE_STYLES[style as DateStyle] });
  return memo(KEPT, (minute: number) => plainMarks(format.format(minute * MINUTE)));
});
const spanFormat = memo(KEPT, (locale: string) => memo(KEPT, (seconds: number) => writeSpan(seconds, locale)));

const TIME = { hour: "numeric", minute: "2-digit" } as const;
const DATE = { month: "short", day: "numeric" } as const;
const DATE_STYLES = { time: TIME, date: DATE, datetime: { ...DATE, ...TIME } } as const;
/** `time` 20:30, `date` Nov 11, `datetime` both. */
export type DateStyle = keyof typeof DATE_STYLES;
export const DATE_STYLE_NAMES = Object.keys(DATE_STYLES);

type MoneyLook = { readonly locale: string; readonly plainMoney: boolean };

/** 12900 minor units of CNY in zh-CN → `¥129.00`; with `plainMoney` `129.00元`, in English `CNY 129.00`. */
export function formatMoney(minor: number, currency: string, { locale, plainMoney }: MoneyLook): string {
  const amount = formatAmount(minor, currency) as `${number}`;
  const write = (display: MoneyDisplay) => plainMarks(moneyFormat(`${locale}|${currency}|${display}`).format(amount));
  if (!plainMoney) return write("symbol");
  const chinese = chineseOf(locale);
  if (chinese === "Hans") return currency === "CNY" ? write("name").replace("人民币", "元") : write("name");
  const signed = write("symbol");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  if (/^[\x00-\x7f]*$/.test(signed)) return signed;
  return write(chinese === "Hant" ? "name" : "code");
}

type MoneyDisplay = "symbol" | "name" | "code";

/** The script of a Chinese locale; null: another language. In traditional characters 元 is another currency. */
const chineseOf = memo(KEPT, (locale: string): "Hans" | "Hant" | null => {
  const { language, script } = new Intl.Locale(locale).maximize();
  return language !== "zh" ? null : script === "Hant" ? "Hant" : "Hans";
});

/** `a, b and c` in the locale. */
export function formatList(parts: readonly string[], locale: string): string {
  return parts.length === 1 ? (parts[0] ?? "") : plainMarks(listFormat(locale).format(parts));
}

/** Epoch ms on the wall clock of an IANA zone. Without a style: the time alone on the same day as `now`, else date and time. */
export function formatDate(ms: number, style: DateStyle | null, locale: string, zone: string, now: number): string {
  const chosen = style ?? (localDay(ms, zone) === localDay(now, zone) ? "time" : "datetime");
  return dateFormat(`${locale}|${zone}|${chosen}`)(Math.floor(ms / MINUTE));
}

function localDay(ms: number, zone: string): number {
  return Math.floor((ms + offsetMinutes(zone, ms) * MINUTE) / DAY);
}

/** At most two units, rounded down, so that no text promises more time than is left: `28分钟`, `1 hour 28 minutes`. Below a minute in seconds. */
export function formatSpan(ms: number, locale: string): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  // Seconds are shown below a minute only.
  return spanFormat(locale)(seconds < 60 ? seconds : seconds - (seconds % 60));
}

function writeSpan(seconds: number, locale: string): string {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  const units: [number, string][] =
    days > 0
      ? [
          [days, "day"],
          [hours, "hour"],
        ]
      : hours > 0 || minutes > 0
        ? [
            [hours, "hour"],
            [minutes, "minute"],
          ]
        : [[seconds, "second"]];
  const shown = units.filter(([count]) => count > 0);
  const parts = (shown.length > 0 ? shown : units).map(([count, unit]) =>
    plainMarks(unitFormat(`${locale}|${unit}`).format(count)),
  );
  return parts.length === 1 ? (parts[0] ?? "") : plainMarks(unitListFormat(locale).format(parts));
}

/** CLDR plural category of a count: `one`, `few`, `many`, `other`, …. */
export function pluralCategory(count: number, locale: string): Intl.LDMLPluralRule {
  return pluralRules(locale).select(count);
}
