/** The buyers, their orders and their behaviour, all made from a seed before anything runs. Pure. */
import { baskets, type Item, type Locale, nameOf, phoneOf } from "./goods.ts";
import type { Pace } from "./pace.ts";
import { createRandom, type Random } from "./random.ts";

/** How a buyer pays. */
export type Habit =
  /** Pays at once. */
  | "prompt"
  /** Places several orders and pays one; must not be reminded of the others. */
  | "one-of-several"
  /** Pays when a message comes. */
  | "when-reminded"
  /** The same, with several orders: one message for all of them. */
  | "several"
  /** Pays only when the last call comes. */
  | "last-minute"
  /** Pays late, with or without a reminder: no effect of the reminder. */
  | "late"
  | "never"
  /** Closes the order itself. */
  | "changes-mind"
  /** Cash on delivery: must not be reminded. */
  | "cash"
  /** Has neither phone nor chat. */
  | "unreachable"
  | "opted-out"
  /** Orders for so much that a person handles the case; pays, if at all, when they call. */
  | "precious";

export type CastOrder = {
  readonly id: string;
  /** ms from the start. */
  readonly at: number;
  /** fen. */
  readonly amount: number;
  readonly items: readonly Item[];
  /** Placed as a guest: only the phone identifies the buyer. */
  readonly asGuest: boolean;
};

export type CastBuyer = {
  readonly id: string;
  readonly habit: Habit;
  readonly name: string;
  readonly locale: Locale;
  readonly phone: string | null;
  readonly wechat: string | null;
  readonly orders: readonly CastOrder[];
  /** ms from the order or the message to the buyer's reaction. */
  readonly pause: number;
};

/** Percentages. Each habit occurs at least once, however few buyers there are. */
const SHARES: readonly (readonly [Habit, number])[] = [
  ["prompt", 38],
  ["one-of-several", 6],
  ["when-reminded", 10],
  ["several", 5],
  ["last-minute", 3],
  ["late", 10],
  ["never", 21],
  ["precious", 2],
  ["changes-mind", 2],
  ["cash", 2],
  ["unreachable", 1],
];

export function castOf(seed: number, count: number, pace: Pace): CastBuyer[] {
  const random = createRandom(seed);
  const habits: Habit[] = ["opted-out", "precious"];
  for (const [habit, share] of SHARES)
    for (let n = Math.max(1, Math.floor((share * count) / 100)); n > 0; n--) habits.push(habit);
  while (habits.length < count) habits.push(random.chance(0.5) ? "prompt" : "when-reminded");
  const buyers = random.shuffle(habits.slice(0, count)).map((habit, index) => buyerOf(habit, index, pace, random));
  const times = buyers.flatMap(({ orders }) => orders.map(({ at }) => at)).sort((a, b) => a - b);
  const idOf = new Map(times.map((at, n) => [at, `PH-${String(n + 1).padStart(5, "0")}`]));
  return buyers.map((buyer) => ({
    ...buyer,
    orders: buyer.orders.map((order) => ({ ...order, id: idOf.get(order.at) ?? "" })),
  }));
}

type Draft = Omit<CastBuyer, "orders"> & { readonly orders: readonly Omit<CastOrder, "id">[] };

function buyerOf(habit: Habit, index: number, pace: Pace, random: Random): Draft {
  const locale: Locale = random.chance(0.4) ? "en" : "zh-CN";
  const reach = random.between(0, 1);
  const reachable = habit !== "unreachable";
  const phone = reachable && (reach < 0.85 || habit === "opted-out") ? phoneOf(locale, index) : null;
  const hasChat = phone === null || reach < 0.55;
  const wechat = reachable && hasChat && habit !== "opted-out" ? `wx_${(index * 7919 + 4_096).toString(36)}` : null;
  const many = habit === "several" || habit === "one-of-several";
  // Most orders come at the beginning of a sale.
  const first = pace.arrivals * random.between(0, 1) ** 1.3;
  const filled = baskets(locale, random, many ? random.whole(2, 3) : 1, habit === "precious");
  let at = first;
  const orders = filled.map((basket, n) => {
    if (n > 0) at += random.between(0.1, 0.25) * pace.nudge;
    return { at, ...basket, asGuest: n > 0 && phone !== null && random.chance(0.3) };
  });
  const pause = pauseOf(habit, pace, random);
  return { id: `buyer-${index + 1}`, habit, name: nameOf(locale, random), locale, phone, wechat, orders, pause };
}

function pauseOf(habit: Habit, pace: Pace, random: Random): number {
  if (habit === "late") return random.between(0.3, 0.9) * pace.closeAfter;
  if (habit === "last-minute") return random.between(0.1, 0.5) * pace.lastCall;
  if (habit === "when-reminded" || habit === "several") return random.between(0.15, 0.9) * pace.nudge;
  return random.between(0.15, 0.7) * pace.nudge;
}
