/** Walks the sorted sends of two rehearsals side by side, in constant memory. */
import type { RowJson } from "../types.ts";

export type Alignment = {
  readonly before: number;
  readonly after: number;
  readonly same: number;
  /** The same orders of the same buyer by the same step at the same time, but another text, channel, variant or campaign. */
  readonly changed: number;
  readonly onlyBefore: number;
  readonly onlyAfter: number;
};

type Read = { readonly json: string; readonly key: readonly [number, string, string, string] };

export function alignRows(before: Iterable<RowJson>, after: Iterable<RowJson>): Alignment {
  const counts = { before: 0, after: 0, same: 0, changed: 0, onlyBefore: 0, onlyAfter: 0 };
  const [left, right] = [reader(before), reader(after)];
  let [a, b] = [left(), right()];
  while (a !== null || b !== null) {
    const order = a === null ? 1 : b === null ? -1 : compare(a.key, b.key);
    if (order < 0) counts.onlyBefore++;
    else if (order > 0) counts.onlyAfter++;
    else if (a?.json === b?.json) counts.same++;
    else counts.changed++;
    if (order <= 0) {
      counts.before++;
      a = left();
    }
    if (order >= 0) {
      counts.after++;
      b = right();
    }
  }
  return counts;
}

function reader(rows: Iterable<RowJson>): () => Read | null {
  const iterator = rows[Symbol.iterator]();
  return () => {
    const next = iterator.next();
    if (next.done === true) return null;
    const json = next.value.toString();
    const { at, shop, buyer, orders, step } = JSON.parse(json) as Record<"at" | "shop" | "buyer" | "step", string> & {
      readonly orders: readonly string[];
    };
    // Rows of equal time, buyer and step are sorted by their JSON, which begins with the shop and the orders.
    return { json, key: [Date.parse(at), buyer, step, JSON.stringify([shop, orders])] };
  };
}

function compare(a: Read["key"], b: Read["key"]): number {
  for (const [place, value] of a.entries()) {
    const other = b[place] ?? "";
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
