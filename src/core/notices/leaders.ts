/**
 * Decides which hour's leaders are due, and writes them: the people who recovered most orders since their shop's day began. No buyer and no order
 * stands in the notice. Instants are epoch ms.
 */
import { HOUR, MINUTE } from "../values/duration.ts";
import { formatAmount, marked } from "../values/money.ts";
import { dayStart } from "../values/when.ts";
import { offsetChange, offsetMinutes, timeOfDay } from "../values/zone.ts";

export type LeadersHour = {
  /** The whole hour on the wall clock, and the one before it. */
  readonly at: number;
  readonly since: number;
  /** Names the notice: there is one of it for each receiver. */
  readonly matter: string;
};

/** An hour that nobody could announce so long is over. */
export const LEADERS_LATE_MS = 10 * MINUTE;
const MAX_LEADERS = 3;

/** null: the last whole hour is too long ago. An hour that comes twice because the clocks change is two hours. */
export function leadersHour(now: number, zone: string): LeadersHour | null {
  const at = wholeHour(Math.floor(now), zone);
  if (now - at >= LEADERS_LATE_MS) return null;
  const matter = `desk_leaders:${new Date(at).toISOString().slice(0, 16)}Z`;
  return { at, since: wholeHour(at - 1, zone), matter };
}

/** The last instant, up to `now`, at which the clock on the wall showed a whole hour. Zones may be half an hour off, and clocks may change by half an hour. */
function wholeHour(now: number, zone: string): number {
  const atOffset = (at: number) => at - ((((at + offsetMinutes(zone, at) * MINUTE) % HOUR) + HOUR) % HOUR);
  const at = atOffset(now);
  const change = offsetChange(zone, at, now);
  return change === null ? at : atOffset(change - 1);
}

export type DayWindow = {
  /** null: every shop. */
  readonly shops: readonly string[] | null;
  readonly from: number;
  readonly to: number;
};

/** From the beginning of each shop's day until the hour. At midnight it is the day that ends. */
export function dayWindows(shops: readonly { readonly shop: string; readonly zone: string }[], hour: number) {
  const days = new Map<number, string[]>();
  for (const { shop, zone } of shops) {
    const from = dayStart(hour - 1, zone);
    days.set(from, [...(days.get(from) ?? []), shop]);
  }
  return [...days].map(([from, members]): DayWindow => ({ shops: days.size === 1 ? null : members, from, to: hour }));
}

/** One row for each person and currency, or one without a currency: kept promises alone. */
export type PersonsWins = {
  readonly person: string;
  readonly orders: number;
  readonly kept: number;
  /** In minor units. */
  readonly money: readonly { readonly amount: bigint; readonly currency: string }[];
  /** The last recovered order or kept promise. */
  readonly lastAt: number;
};

export const LEADER_LANGUAGES = ["en", "zh"] as const;
export type LeaderLanguage = (typeof LEADER_LANGUAGES)[number];

/** null: nobody won anything since the hour before, so there is no news. */
export function leadersText(
  people: readonly PersonsWins[],
  { at, since }: Pick<LeadersHour, "at" | "since">,
  { zone, language }: { readonly zone: string; readonly language: LeaderLanguage },
): string | null {
  if (!people.some(({ lastAt }) => lastAt >= since)) return null;
  const words = WORDS[language];
  const leaders = people
    .toSorted((a, b) => b.orders - a.orders || b.kept - a.kept || (a.person < b.person ? -1 : 1))
    .slice(0, MAX_LEADERS);
  const lines = leaders.map((person, n) => `${n + 1}. ${person.person}${words.colon}${wonText(person, words)}`);
  return [words.title(clockOf(at, zone)), ...lines].join("\n");
}

type Words = {
  readonly title: (clock: string) => string;
  readonly orders: (n: number, money: string) => string;
  readonly kept: (n: number) => string;
  readonly colon: string;
  readonly and: string;
};

const plural = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;

const WORDS: Readonly<Record<LeaderLanguage, Words>> = {
  en: {
    title: (clock) => `leaders today, until ${clock}`,
    orders: (n, money) => `${plural(n, "order")} recovered, ${money}`,
    kept: (n) => `${plural(n, "promise")} kept`,
    colon: ": ",
    and: "; ",
  },
  zh: {
    title: (clock) => `今日挽回榜，截至 ${clock}`,
    orders: (n, money) => `挽回订单 ${n} 笔，${money}`,
    kept: (n) => `兑现承诺 ${n} 个`,
    colon: "：",
    and: "；",
  },
};

function wonText({ orders, kept, money }: PersonsWins, words: Words): string {
  const sums = money.map(({ amount, currency }) => `${marked(formatAmount(amount, currency))} ${currency}`).join(" + ");
  return [...(orders > 0 ? [words.orders(orders, sums)] : []), ...(kept > 0 ? [words.kept(kept)] : [])].join(words.and);
}

/** Midnight belongs to the day that ends. UTC is named: it is nobody's wall clock. */
function clockOf(at: number, zone: string): string {
  const isMidnight = dayStart(at, zone) === at;
  const clock = isMidnight ? "24:00" : new Date(timeOfDay(zone, at)).toISOString().slice(11, 16);
  return zone === "UTC" ? `${clock} UTC` : clock;
}
