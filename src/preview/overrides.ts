/** Values given for the message as a whole. They replace those that its orders give: `{{count}}` shows the given count. Pure. */
import { cleanUrl } from "../render/template/clean.ts";
import type { TemplateData, TemplateItemFacts, TemplateOrderFacts } from "../render/template/data.ts";
import { bare, toItem, toMoment, toOrder, toSpan, toTotal } from "../render/template/data.ts";

/** Absent: as the orders give it; null: the message has none. */
export type Overrides = {
  readonly order?: TemplateOrderFacts;
  readonly total?: { readonly amount: number; readonly currency: string };
  readonly count?: number;
  readonly items?: { readonly list: readonly TemplateItemFacts[]; readonly currency: string };
  /** Epoch ms. */
  readonly closesAt?: number | null;
  /** ms */
  readonly timeLeft?: number | null;
  readonly payUrl?: string | null;
};

export function withOverrides(data: TemplateData, given: Overrides): TemplateData {
  const values = bare({ ...data.values });
  if (given.order !== undefined) {
    values.order = toOrder(given.order, data);
    put(values, "payUrl", values.order.payUrl ?? null);
  }
  if (given.total !== undefined) values.total = toTotal([given.total], data);
  if (given.count !== undefined) values.count = given.count;
  if (given.items !== undefined) {
    const { list, currency } = given.items;
    values.items = list.map((item) => toItem(item, currency));
  }
  if (given.closesAt !== undefined) {
    put(values, "closesAt", given.closesAt === null ? null : toMoment(given.closesAt, data));
    put(values, "timeLeft", given.closesAt === null ? null : toSpan(given.closesAt - data.now, data.locale));
  }
  if (given.timeLeft !== undefined)
    put(values, "timeLeft", given.timeLeft === null ? null : toSpan(given.timeLeft, data.locale));
  if (given.payUrl !== undefined) put(values, "payUrl", given.payUrl === null ? null : cleanUrl(given.payUrl));
  return { ...data, values };
}

/** A missing value is absent, never empty. */
function put<K extends "closesAt" | "timeLeft" | "payUrl">(
  values: TemplateData["values"],
  key: K,
  value: Exclude<TemplateData["values"][K], undefined> | null,
): void {
  if (value === null) delete values[key];
  else values[key] = value;
}
