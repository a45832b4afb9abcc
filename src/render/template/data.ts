/**
 * The variables of a template, made from the facts of one reminder. Pure. A value that a buyer or order lacks is absent, never empty: the
 * engine then refuses to send half a sentence. Money, times and durations print themselves in the locale, so that `{{total}}` and
 * `{{money total}}` give the same; they are formatted only if a template shows them.
 */
import { readName } from "../../core/order/name.ts";
import { memo } from "../../core/values/memo.ts";
import { formatAmount, parseAmount } from "../../core/values/money.ts";
import type { ShopPolicy } from "../../core/values/policy.ts";
import { isZone } from "../../core/values/zone.ts";
import { cleanText, cleanUrl, INVISIBLE } from "./clean.ts";
import { formatDate, formatList, formatMoney, formatSpan } from "./format.ts";

export type TemplateItemFacts = {
  readonly sku: string | null;
  readonly title: string | null;
  readonly quantity: number | null;
  /** Decimal in the order's currency, as received. */
  readonly price: string | null;
};

export type TemplateOrderFacts = {
  readonly id: string;
  /** null: the id stands for it. */
  readonly number: string | null;
  /** Minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly createdAt: number;
  readonly closesAt: number | null;
  readonly payUrl: string | null;
  readonly items: readonly TemplateItemFacts[];
  readonly note: string | null;
};

export type TemplateFacts = {
  readonly shop: ShopPolicy;
  readonly buyer: {
    readonly name: string | null;
    readonly tier: string | null;
    readonly locale: string | null;
    readonly timeZone: string | null;
  };
  /** The orders that the message names; at least one, in any order. */
  readonly orders: readonly TemplateOrderFacts[];
  /** Campaign key. */
  readonly campaign: string;
  readonly step: string;
  /** When the message is sent, epoch ms. */
  readonly now: number;
  /** The language of the text: the locale of the template found. */
  readonly locale: string;
  /** See TemplateData; default false. */
  readonly plainMoney?: boolean;
};

/** `toString` is what `{{value}}` prints; templates cannot name it. */
type Printed = { toString(): string };
export type Money = Printed & { readonly kind: "money"; readonly minor: number; readonly currency: string };
export type Total = Printed & { readonly kind: "total"; readonly parts: readonly Money[] };
export type Moment = Printed & { readonly kind: "instant"; readonly ms: number };
export type Span = Printed & { readonly kind: "duration"; readonly ms: number };

export type TemplateItem = { sku?: string; title?: string; quantity?: number; price?: Money };
export type TemplateOrder = {
  id: string;
  number: string;
  amount: Money;
  currency: string;
  createdAt: Moment;
  closesAt?: Moment;
  payUrl?: string;
  note?: string;
  items: TemplateItem[];
};

/** The variables of the public contract, and what helpers need to format. */
export type TemplateData = {
  /** The locale of amounts and dates: the buyer's own variety of the text's language if there is one. */
  readonly locale: string;
  readonly timeZone: string;
  readonly now: number;
  /** Money is written without signs that mainland carriers refuse: `129.00元`, `CNY 129.00`. */
  readonly plainMoney: boolean;
  readonly values: {
    shop: string;
    buyer: { name?: string; tier?: string };
    orders: TemplateOrder[];
    order: TemplateOrder;
    total: Total;
    count: number;
    items: TemplateItem[];
    closesAt?: Moment;
    timeLeft?: Span;
    payUrl?: string;
    campaign: string;
    step: string;
  };
};

/** How values are written. */
export type Look = Pick<TemplateData, "locale" | "timeZone" | "now" | "plainMoney">;

/** Handlebars names the object in its error about an absent value, which takes a `toString`. */
const BARE: object = Object.assign(Object.create(null), { toString: () => "the data" });

/** Own properties only, so that nothing on `Object.prototype` shows through. */
export function bare<T extends object>(value: T): T {
  return Object.assign(Object.create(BARE) as T, value);
}

/** How many a template can list; sums and counts cover all. A text that listed more would be too long to send. */
const MAX_ORDERS = 50;
const MAX_ITEMS = 200;

/** Orders come in creation order (then by id); `closesAt` is the earliest close of them, `payUrl` the first order's. */
export function buildTemplateData(facts: TemplateFacts): TemplateData {
  const { shop, buyer, now } = facts;
  const timeZone = buyer.timeZone !== null && knownZone(buyer.timeZone) ? buyer.timeZone : shop.timeZone;
  const locale = formatLocale(facts.locale, buyer.locale);
  const look: Look = { locale, timeZone, now, plainMoney: facts.plainMoney ?? false };
  const sorted = [...facts.orders].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  const orders = sorted.slice(0, MAX_ORDERS).map((order) => toOrder(order, look));
  const [order] = orders;
  if (order === undefined) throw new Error("a message needs at least one order");
  const values: TemplateData["values"] = bare({
    shop: (shop.name === null ? null : cleaned(shop.name, 40)) ?? shop.id,
    buyer: bare({}),
    orders,
    order,
    total: toTotal(sorted, look),
    count: sorted.length,
    items: orders.length === 1 ? order.items : orders.flatMap(({ items }) => items).slice(0, MAX_ITEMS),
    campaign: facts.campaign,
    step: facts.step,
  });
  set(values.buyer, "name", cleaned(buyer.name === null ? null : readName(buyer.name), 40));
  set(values.buyer, "tier", cleaned(buyer.tier, 40));
  const close = sorted.reduce((least, { closesAt }) => Math.min(least, closesAt ?? Infinity), Infinity);
  if (Number.isFinite(close)) {
    values.closesAt = toMoment(close, look);
    values.timeLeft = toSpan(close - now, look.locale);
  }
  set(values, "payUrl", order.payUrl ?? null);
  return { ...look, values };
}

export function toOrder(facts: TemplateOrderFacts, look: Look): TemplateOrder {
  const order: TemplateOrder = bare({
    id: facts.id.replace(INVISIBLE, ""),
    number: (facts.number === null ? null : cleaned(facts.number, 40)) ?? facts.id.replace(INVISIBLE, ""),
    amount: toMoney(facts.amount, facts.currency),
    currency: facts.currency,
    createdAt: toMoment(facts.createdAt, look),
    items: facts.items.slice(0, MAX_ITEMS).map((item) => toItem(item, facts.currency)),
  });
  if (facts.closesAt !== null) order.closesAt = toMoment(facts.closesAt, look);
  set(order, "payUrl", facts.payUrl === null ? null : cleanUrl(facts.payUrl));
  set(order, "note", cleaned(facts.note, 200));
  return order;
}

export function toItem(facts: TemplateItemFacts, currency: string): TemplateItem {
  const item: TemplateItem = bare({});
  const minor = facts.price === null ? null : parseAmount(facts.price, currency);
  set(item, "sku", cleaned(facts.sku, 60));
  set(item, "title", cleaned(facts.title, 100, "…"));
  set(item, "quantity", facts.quantity);
  set(item, "price", minor === null ? null : toMoney(minor, currency));
  return item;
}

/** Printed bare it is the decimal, as in an order event; `{{money …}}` gives it its sign. */
function toMoney(minor: number, currency: string): Money {
  return bare({ kind: "money" as const, minor, currency, toString: () => formatAmount(minor, currency) });
}

export function toTotal(orders: readonly Pick<TemplateOrderFacts, "amount" | "currency">[], look: Look): Total {
  const sums = new Map<string, number>();
  for (const { amount, currency } of orders) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  const parts = [...sums].map(([currency, minor]) => toMoney(minor, currency));
  return bare({ kind: "total" as const, parts, toString: () => formatTotal(parts, look) });
}

/** One sum per currency, in the order of the orders: `¥129.00`, or `¥129.00 and $10.00`. */
export function formatTotal(parts: readonly Money[], look: Look): string {
  return formatList(
    parts.map(({ minor, currency }) => formatMoney(minor, currency, look)),
    look.locale,
  );
}

export function toMoment(ms: number, look: Look): Moment {
  return bare({
    kind: "instant" as const,
    ms,
    toString: () => formatDate(ms, null, look.locale, look.timeZone, look.now),
  });
}

export function toSpan(ms: number, locale: string): Span {
  return bare({ kind: "duration" as const, ms, toString: () => formatSpan(ms, locale) });
}

/** Leaves the key out if there is no value. */
function set<T extends object, K extends keyof T>(target: T, key: K, value: Exclude<T[K], undefined> | null): void {
  if (value !== null) target[key] = value;
}

function cleaned(text: string | null, max: number, end: "" | "…" = ""): string | null {
  return text === null ? null : cleanText(text, max, end) || null;
}

/** Buyers' zones come from outside. */
const knownZone = (name: string): boolean => name.length <= 60 && isZone(name);

/** `en` text for an `en-GB` buyer is formatted as en-GB; for a buyer of another language or script, as the text's. Never throws. */
export function formatLocale(text: string, buyer: string | null): string {
  if (buyer === null || buyer === text || buyer.length > 40) return text;
  return nearer(`${text} ${buyer}`);
}

/** Takes `text's locale buyer's`. */
const nearer = memo(1_000, (key: string): string => {
  const at = key.indexOf(" ");
  const [text, buyer] = [key.slice(0, at), key.slice(at + 1)];
  try {
    const [theirs, ours] = [new Intl.Locale(buyer.replaceAll("_", "-")), new Intl.Locale(text)];
    const same = theirs.maximize().script === ours.maximize().script && theirs.language === ours.language;
    // Without extensions (calendars, digits): they multiply formatters and are not what a text message needs.
    return same && theirs.region !== undefined && ours.region === undefined ? theirs.baseName : text;
  } catch (error) {
    if (error instanceof RangeError) return text;
    throw error;
  }
});
