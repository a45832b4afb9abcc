/** Figures as people read them in a terminal. */
import { formatDuration } from "../../core/values/duration.ts";
import { marked } from "../../core/values/money.ts";
import type { Figures } from "../figures.ts";
import { type Money, moneyOf } from "../format-report.ts";

export const NOTHING = "–";
export const count = (value: number | null): string => (value === null ? NOTHING : value.toLocaleString("en-US"));
/** `1 case`, `2 cases` */
export const counted = (value: number | null, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
export const percent = (value: number | null): string => (value === null ? NOTHING : `${(value * 100).toFixed(1)}%`);
/** `10%`, `2.5%`: a share that somebody chose. */
export const share = (value: number): string => `${Number((value * 100).toFixed(1))}%`;
export const points = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value * 100).toFixed(1)}`;
export const money = (values: readonly Money[]): string =>
  values.length === 0 ? NOTHING : values.map(({ amount, currency }) => `${marked(amount)} ${currency}`).join(" + ");
export const span = (ms: number | null): string => (ms === null ? NOTHING : formatDuration(ms));

type LiftFigures = Pick<Figures, "lift" | "liftLow" | "liftHigh">;

/** `+3.1 (−1.2 to +7.4)`, in points of a percent. */
export function liftText({ lift, liftLow, liftHigh }: LiftFigures): string {
  if (lift === null || liftLow === null || liftHigh === null) return NOTHING;
  return `${points(lift)} (${points(liftLow)} to ${points(liftHigh)})`;
}

const signed = (text: string): string => (text.startsWith("-") ? `−${text.slice(1)}` : text);

export function extraOrdersText({ extraOrders, extraOrdersLow, extraOrdersHigh }: Figures): string {
  if (extraOrders === null || extraOrdersLow === null || extraOrdersHigh === null) return NOTHING;
  const [number, low, high] = [extraOrders, extraOrdersLow, extraOrdersHigh].map((value) =>
    signed(count(Math.round(value))),
  );
  return `${number} (${low} to ${high})`;
}

export const extraAmountText = ({ extraAmount }: Figures): string =>
  extraAmount
    .map(({ amount, low, high, currency }) => {
      const write = (value: number) => signed(marked(moneyOf({ amount: value, currency }).amount));
      return `${write(amount)} (${write(low)} to ${write(high)}) ${currency}`;
    })
    .join(" + ") || NOTHING;

const MAX_WIDTH = 100;

/** A longer word is a line of its own. */
export const wrap = (text: string, width = MAX_WIDTH): string[] =>
  text.match(new RegExp(`.{1,${Math.min(width, MAX_WIDTH)}}(?= |$)|\\S+`, "g"))?.map((line) => line.trim()) ?? [];
