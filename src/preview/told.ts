/** What is told of the message as a whole, over what its orders would give: `{{count}}` says the count that was told. Pure. */

import { cleanUrl } from "../render/template/clean.ts";
import type { TemplateData, TemplateItemFacts, TemplateOrderFacts } from "../render/template/data.ts";
import { bare, toItem, toMoment, toOrder, toSpan, toTotal } from "../render/template/data.ts";

/** Absent: as the orders have it; null: there is none. */
export type Told = {
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

export function withTold(data: TemplateData, told: Told): TemplateData {
  const values = bare({ ...data.values });
  if (told.order !== undefined) {
    values.order = toOrder(told.order, data);
    put(values, "payUrl", values.order.payUrl ?? null);
  }
  if (told.total !== undefined) values.total = toTotal([told.total], data.locale);
  if (told.count !== undefined) values.count = told.count;
  if (told.items !== undefined) {
    const { list, currency } = told.items;
    values.items = list.map((item) => toItem(item, currency));
  }
  if (told.closesAt !== undefined) {
    put(values, "closesAt", told.closesAt === null ? null : toMoment(told.closesAt, data));
    put(values, "timeLeft", told.closesAt === null ? null : toSpan(told.closesAt - data.now, data.locale));
  }
  if (told.timeLeft !== undefined)
    put(values, "timeLeft", told.timeLeft === null ? null : toSpan(told.timeLeft, data.locale));
  if (told.payUrl !== undefined) put(values, "payUrl", told.payUrl === null ? null : cleanUrl(told.payUrl));
  return { ...data, values };
}

/** What is not there is absent, never empty. */
function put<K extends "closesAt" | "timeLeft" | "payUrl">(
  values: TemplateData["values"],
  key: K,
  value: Exclude<TemplateData["values"][K], undefined> | null,
): void {
  if (value === null) delete values[key];
  else values[key] = value;
}
