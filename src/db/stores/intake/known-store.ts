/** Tells which events are stored already, at a fraction of what their intake costs. */
import type { Sql } from "../../client.ts";

export type EventName = { readonly shop: string; readonly id: string };

/** The indexes of the events that are stored. */
export async function findKnown(sql: Sql, events: readonly (EventName | null)[]): Promise<Set<number>> {
  const places = new Map<string, Map<string, number[]>>();
  for (const [index, event] of events.entries()) {
    if (event === null) continue;
    const ofShop = places.get(event.shop) ?? new Map<string, number[]>();
    places.set(event.shop, ofShop);
    ofShop.set(event.id, [...(ofShop.get(event.id) ?? []), index]);
  }
  const known = new Set<number>();
  for (const [shop, ofShop] of places) {
    const rows = await sql<{ id: string }[]>`
      select id from order_events where shop_id = ${shop} and id = any(${[...ofShop.keys()]}::text[])`;
    for (const { id } of rows) for (const index of ofShop.get(id) ?? []) known.add(index);
  }
  return known;
}
