/** Figures and times in the words of the chosen language. Amounts are decimal strings of one currency; instants are RFC 3339. */
import { useLocale } from "use-intl/react";
import { once } from "./once.ts";

type Money = { readonly amount: string; readonly currency: string };

export const useFormats = () => formatsOf(useLocale());

export const NOTHING = "–";

/** The formats of the browser are dear to make, and a table has hundreds of cells. */
const formatsOf = once((locale: string) => {
  const whole = new Intl.NumberFormat(locale);
  const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const points = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, signDisplay: "exceptZero" });
  const inCurrency = once((currency: string) => new Intl.NumberFormat(locale, { style: "currency", currency }));
  const money = ({ amount, currency }: Money): string => inCurrency(currency).format(amount as `${number}`);
  const at = (style: Intl.DateTimeFormatOptions) => {
    const inZone = once(
      (zone: string | null) => new Intl.DateTimeFormat(locale, { ...style, ...(zone ? { timeZone: zone } : {}) }),
    );
    return (instant: string | null, zone: string | null = null) =>
      instant === null ? NOTHING : inZone(zone).format(new Date(instant));
  };
  const minutes = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const [shopSecond, shopMinute] = [at({ ...minutes, second: "2-digit" }), at(minutes)];
  return {
    count: (value: number | null) => (value === null ? NOTHING : whole.format(value)),
    /** 0.123 → 12.3% */
    percent: (value: number | null) => (value === null ? NOTHING : share.format(value)),
    /** 0.041 → +4.1, in percentage points. */
    points: (value: number | null) => (value === null ? NOTHING : points.format(value * 100)),
    money,
    moneys: (values: readonly Money[]) => (values.length === 0 ? NOTHING : values.map(money).join(" + ")),
    time: at({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
    day: at({ month: "short", day: "numeric" }),
    instant: at(minutes),
    clock: at({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }),
    /** An instant of the API carries the offset of its shop: it is shown on the clock of the shop, whatever the zone of the browser. */
    shopTime: (instant: string | null) => shopSecond(ownClock(instant), "UTC"),
    /** The same to the minute, and with its offset: for an instant that is not one shop's. */
    shopMinute: (instant: string | null) =>
      instant === null ? NOTHING : `${shopMinute(ownClock(instant), "UTC")} ${offsetOf(instant)}`,
    exact: at({ dateStyle: "medium", timeStyle: "medium" }),
  };
});

/** `+08:00`, or `UTC`. */
const offsetOf = (instant: string): string => OFFSET.exec(instant)?.[0] ?? "UTC";
const OFFSET = /[+-]\d\d:\d\d$/;
/** The same clock in UTC: not every browser knows zones like `+08:00`. */
const ownClock = (instant: string | null): string | null => instant?.replace(OFFSET, "Z") ?? null;
