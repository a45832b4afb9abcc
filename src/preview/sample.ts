/** What a person gives as sample data, over the made-up sample: by the names of a template's variables. Pure. */
import { parseDuration } from "../core/duration.ts";
import { parseInstant } from "../core/instant.ts";
import { currencyDigits, parseAmount } from "../core/money.ts";
import type { TemplateFacts, TemplateItemFacts, TemplateOrderFacts } from "../render/data.ts";

type Maybe<T> = T | null | undefined;
export type SampleItem = {
  readonly sku?: Maybe<string>;
  readonly title?: Maybe<string>;
  readonly quantity?: Maybe<number>;
  readonly price?: Maybe<string>;
};
/** Absent: the made-up value; null: the order has none. */
export type SampleOrder = {
  readonly id?: string | undefined;
  readonly amount?: string | undefined;
  readonly currency?: string | undefined;
  readonly createdAt?: string | undefined;
  readonly closesAt?: Maybe<string>;
  readonly payUrl?: Maybe<string>;
  readonly note?: Maybe<string>;
  readonly items?: Maybe<readonly SampleItem[]>;
};
export type Sample = {
  readonly shop?: string | undefined;
  readonly buyer?:
    | {
        readonly name?: Maybe<string>;
        readonly tier?: Maybe<string>;
        readonly locale?: Maybe<string>;
        readonly timeZone?: Maybe<string>;
      }
    | undefined;
  readonly order?: SampleOrder | undefined;
  readonly orders?: readonly SampleOrder[] | undefined;
  /** Of the first order, for short. */
  readonly items?: Maybe<readonly SampleItem[]>;
  readonly closesAt?: Maybe<string>;
  readonly payUrl?: Maybe<string>;
  readonly timeLeft?: string | undefined;
  readonly total?: string | undefined;
  /** So many orders like the first. */
  readonly count?: number | undefined;
};

export type SampleFault = { readonly field: string; readonly message: string };
export type SampleResult =
  | { readonly ok: true; readonly facts: TemplateFacts }
  | { readonly ok: false; readonly faults: readonly SampleFault[] };

/** `base`: the made-up sample, with the shop. */
export function applySample(sample: Sample, base: TemplateFacts): SampleResult {
  const faults: SampleFault[] = [];
  const [made] = base.orders;
  if (made === undefined) throw new Error("the made-up sample has an order");
  const own = (given: SampleOrder, field: string, index = 0) => toOrder(given, made, index, field, faults);
  const orders = sample.orders?.map((order, index) => own(order, `sample.orders.${index}`, index)) ?? [
    own(sample.order ?? {}, "sample.order"),
  ];
  const [first = made, ...others] = orders;
  const all = [withShorthands(sample, first, base.now, others.length === 0, faults), ...others];
  for (let n = all.length; n < (sample.count ?? 0); n++) all.push({ ...first, id: `${first.id}-${n + 1}` });
  if (faults.length > 0) return { ok: false, faults };
  const { name, tier, locale, timeZone } = { ...base.buyer, ...defined(sample.buyer ?? {}) };
  return { ok: true, facts: { ...base, buyer: { name, tier, locale, timeZone }, orders: all } };
}

function withShorthands(
  sample: Sample,
  first: TemplateOrderFacts,
  now: number,
  alone: boolean,
  faults: SampleFault[],
): TemplateOrderFacts {
  const order = { ...first };
  if (sample.items !== undefined) order.items = (sample.items ?? []).map(toItem);
  if (sample.payUrl !== undefined) order.payUrl = sample.payUrl;
  if (sample.closesAt !== undefined) order.closesAt = instant(sample.closesAt, "sample.closesAt", faults);
  if (sample.timeLeft !== undefined) {
    const left = parseDuration(sample.timeLeft);
    if (left === null) faults.push({ field: "sample.timeLeft", message: "must be a duration like 28m" });
    else order.closesAt = now + left;
  }
  if (sample.total !== undefined && (!alone || (sample.count ?? 1) > 1))
    faults.push({ field: "sample.total", message: "is the sum of several orders: give each its amount instead" });
  else if (sample.total !== undefined) order.amount = amount(sample.total, order.currency, "sample.total", faults);
  return order;
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
    currency,
    amount: given.amount === undefined ? made.amount : amount(given.amount, currency, `${field}.amount`, faults),
    createdAt: instant(given.createdAt, `${field}.createdAt`, faults) ?? made.createdAt,
    closesAt: given.closesAt === undefined ? made.closesAt : instant(given.closesAt, `${field}.closesAt`, faults),
    payUrl: given.payUrl === undefined ? made.payUrl : given.payUrl,
    note: given.note === undefined ? made.note : given.note,
    items: given.items === undefined ? made.items : (given.items ?? []).map(toItem),
  };
}

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
