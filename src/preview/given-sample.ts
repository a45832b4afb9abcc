/** The sample data of a preview: given values, by the names of a template's variables, over the made-up sample. Pure. */
import { didYouMean } from "../core/text/suggest.ts";
import { parseDuration } from "../core/values/duration.ts";
import { parseInstant } from "../core/values/instant.ts";
import { currencyDigits, parseAmount } from "../core/values/money.ts";
import type { TemplateFacts, TemplateItemFacts, TemplateOrderFacts } from "../render/template/data.ts";
import type { Overrides } from "./overrides.ts";

type Maybe<T> = T | null | undefined;
export type SampleItem = {
  readonly sku?: Maybe<string>;
  readonly title?: Maybe<string>;
  readonly quantity?: Maybe<number>;
  readonly price?: Maybe<string>;
};
export type SampleBuyer = {
  readonly name?: Maybe<string>;
  readonly tier?: Maybe<string>;
  readonly locale?: Maybe<string>;
  readonly timeZone?: Maybe<string>;
};
/** Absent: the made-up value stays; null: the order has none. */
export type SampleOrder = {
  readonly id?: string | undefined;
  readonly number?: Maybe<string>;
  readonly amount?: string | undefined;
  readonly currency?: string | undefined;
  readonly createdAt?: string | undefined;
  readonly closesAt?: Maybe<string>;
  readonly payUrl?: Maybe<string>;
  readonly note?: Maybe<string>;
  readonly items?: Maybe<readonly SampleItem[]>;
  /** As in an order event. */
  readonly buyer?: SampleBuyer | undefined;
};
export type Sample = {
  readonly shop?: string | undefined;
  readonly buyer?: SampleBuyer | undefined;
  readonly order?: SampleOrder | undefined;
  readonly orders?: readonly SampleOrder[] | undefined;
  readonly items?: Maybe<readonly SampleItem[]>;
  readonly closesAt?: Maybe<string>;
  readonly payUrl?: Maybe<string>;
  readonly timeLeft?: Maybe<string>;
  readonly total?: string | undefined;
  /** Without `orders`: this many orders like the first. */
  readonly count?: number | undefined;
  readonly campaign?: string | undefined;
  readonly step?: string | undefined;
};

export type SampleFault = { readonly field: string; readonly message: string };
export type SampleResult =
  | { readonly ok: true; readonly facts: TemplateFacts; readonly overrides: Overrides }
  | { readonly ok: false; readonly faults: readonly SampleFault[] };

/** `base`: the made-up sample, with its shop. */
export function applySample(sample: Sample, base: TemplateFacts): SampleResult {
  const faults: SampleFault[] = [];
  const [made] = base.orders;
  if (made === undefined) throw new Error("the made-up sample has an order");
  const own = (given: SampleOrder, field: string, index = 0) => toOrder(given, made, index, field, faults);
  const listed = sample.orders?.map((order, index) => own(order, `sample.orders[${index}]`, index)) ?? [];
  const single = sample.order === undefined && listed.length > 0 ? undefined : own(sample.order ?? {}, "sample.order");
  const [first = single ?? made, ...others] = listed;
  const overrides = toOverrides(sample, single ?? first, base.now, faults);
  const all = [others.length > 0 ? first : alone(first, overrides), ...others];
  if (listed.length === 0)
    for (let n = 1; n < (sample.count ?? 0); n++) all.push({ ...alone(first, overrides), id: `${first.id}-${n + 1}` });
  if (faults.length > 0) return { ok: false, faults };
  const { name, tier, locale, timeZone } = {
    ...base.buyer,
    ...defined(sample.orders?.[0]?.buyer ?? {}),
    ...defined(sample.order?.buyer ?? {}),
    ...defined(sample.buyer ?? {}),
  };
  const { campaign = base.campaign, step = base.step } = sample;
  const facts = { ...base, campaign, step, buyer: { name, tier, locale, timeZone }, orders: all };
  return {
    ok: true,
    facts,
    overrides: listed.length > 0 && single !== undefined ? { order: single, ...overrides } : overrides,
  };
}

function toOverrides(sample: Sample, first: TemplateOrderFacts, now: number, faults: SampleFault[]): Overrides {
  const { items, payUrl, closesAt, timeLeft, total, count } = sample;
  const left = timeLeft == null ? null : parseDuration(timeLeft);
  if (timeLeft != null && left === null)
    faults.push({ field: "sample.timeLeft", message: "must be a duration like 28m" });
  const close = closesAt === undefined && left !== null ? now + left : instant(closesAt, "sample.closesAt", faults);
  const { currency } = first;
  return {
    ...(items === undefined ? {} : { items: { list: (items ?? []).map(toItem), currency } }),
    ...(payUrl === undefined ? {} : { payUrl }),
    ...(closesAt === undefined && left === null ? {} : { closesAt: close }),
    ...(timeLeft === undefined ? {} : { timeLeft: left }),
    ...(total === undefined ? {} : { total: { amount: amount(total, currency, "sample.total", faults), currency } }),
    ...(count === undefined ? {} : { count }),
  };
}

/** A value given for the message holds for its only order too. */
function alone(order: TemplateOrderFacts, given: Overrides): TemplateOrderFacts {
  return {
    ...order,
    ...(given.items === undefined ? {} : { items: given.items.list }),
    ...(given.payUrl === undefined ? {} : { payUrl: given.payUrl }),
    ...(given.closesAt === undefined ? {} : { closesAt: given.closesAt }),
    ...(given.total === undefined || (given.count ?? 1) > 1 ? {} : { amount: given.total.amount }),
  };
}

const ITEM = ["sku", "title", "quantity", "price"];
const BUYER = ["name", "tier", "locale", "timeZone"];
const ORDER = ["id", "number", "amount", "currency", "createdAt", "closesAt", "payUrl", "note", "items", "buyer"];
const SAMPLE = [
  ...["shop", "buyer", "order", "orders", "total", "count", "items"],
  ...["closesAt", "timeLeft", "payUrl", "campaign", "step"],
];
const WITHIN: Readonly<Record<string, readonly string[]>> = {
  items: ITEM,
  buyer: BUYER,
  order: ORDER,
  orders: ORDER,
};
/** Further unknown keys are only counted. */
const MAX_NAMED = 20;

/** Warnings about keys that no template knows. They are ignored. */
export function strayKeys(sample: Sample): string[] {
  const found: string[] = [];
  const more = collectStrays(sample, SAMPLE, "sample", found);
  return more > 0 ? [...found, `${more} more are not known either`] : found;
}

/** Returns how many more there are than it names. */
function collectStrays(value: object, known: readonly string[], field: string, found: string[]): number {
  let more = 0;
  for (const [key, inner] of Object.entries(value)) {
    const place = `${field}.${key.slice(0, 60)}`;
    const shape = WITHIN[key];
    if (!known.includes(key)) {
      if (found.length >= MAX_NAMED) more++;
      else found.push(`${place} is not known and was passed over${didYouMean(key, known)}`);
    } else if (Array.isArray(inner) && shape !== undefined)
      for (const [index, one] of inner.entries())
        more += collectStrays(one as object, shape, `${place}[${index}]`, found);
    else if (typeof inner === "object" && inner !== null && shape !== undefined)
      more += collectStrays(inner, shape, place, found);
  }
  return more;
}

function toOrder(
  given: SampleOrder,
  made: TemplateOrderFacts,
  index: number,
  field: string,
  faults: SampleFault[],
): TemplateOrderFacts {
  const currency = given.currency ?? made.currency;
  if (currencyDigits(currency) === null)
    faults.push({ field: `${field}.currency`, message: "is no ISO 4217 currency code" });
  return {
    id: given.id ?? (index === 0 ? made.id : `${made.id}-${index + 1}`),
    number: given.number === undefined ? numberOf(given, made, index) : given.number,
    currency,
    amount: given.amount === undefined ? made.amount : amount(given.amount, currency, `${field}.amount`, faults),
    createdAt: instant(given.createdAt, `${field}.createdAt`, faults) ?? made.createdAt + index,
    closesAt: given.closesAt === undefined ? made.closesAt : instant(given.closesAt, `${field}.closesAt`, faults),
    payUrl: given.payUrl === undefined ? made.payUrl : given.payUrl,
    note: given.note === undefined ? made.note : given.note,
    items: given.items === undefined ? made.items : (given.items ?? []).map(toItem),
  };
}

/** An order that is given by its id alone has no number, so that a text shows this id. */
const numberOf = (given: SampleOrder, made: TemplateOrderFacts, index: number): string | null =>
  given.id !== undefined || made.number === null ? null : index === 0 ? made.number : `${made.number}-${index + 1}`;

const toItem = ({ sku, title, quantity, price }: SampleItem): TemplateItemFacts => ({
  sku: sku ?? null,
  title: title ?? null,
  quantity: quantity ?? null,
  price: price ?? null,
});

function amount(text: string, currency: string, field: string, faults: SampleFault[]): number {
  const minor = parseAmount(text, currency);
  if (minor === null) faults.push({ field, message: `must be a decimal of ${currency} like "129.00"` });
  return minor ?? 0;
}

function instant(text: Maybe<string>, field: string, faults: SampleFault[]): number | null {
  const ms = text == null ? null : parseInstant(text);
  if (text != null && ms === null)
    faults.push({ field, message: "must be an instant with an offset, like 2026-11-10T20:00:00+08:00" });
  return ms;
}

function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
