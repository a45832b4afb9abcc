/** The events of each order so far, from which it is folded. */
import type { ReceivedEvent } from "../core/order/order.ts";
import { shopKey } from "../db/keys.ts";
import type { StoredEvent } from "../db/stores/intake/intake-store.ts";
import type { Prepared } from "./prepare.ts";

/** By the `shopKey` of the order. */
export type History = Map<string, ReceivedEvent[]>;

/** The stored events but for those of this batch, which are added one by one. */
export function historyOf(rows: readonly StoredEvent[], batch: readonly Prepared[]): History {
  const inBatch = new Set(batch.map(({ shop, id }) => shopKey(shop, id)));
  const history: History = new Map();
  for (const row of rows) {
    if (inBatch.has(shopKey(row.shop_id, row.id))) continue;
    const key = shopKey(row.shop_id, row.order_id);
    const list = history.get(key) ?? [];
    list.push({ id: row.id, type: row.type, occurredAt: row.occurred_at, order: row.payload });
    history.set(key, list);
  }
  return history;
}

/** Adds the event to the history of its order, which it returns. */
export function addEvent(
  history: History,
  { shop, orderId, id, type, occurredAt, payload }: Prepared,
): ReceivedEvent[] {
  const key = shopKey(shop, orderId);
  const events = history.get(key) ?? [];
  events.push({ id, type, occurredAt, order: payload });
  history.set(key, events);
  return events;
}
