/** Ids are unique within a shop: the keys of what is loaded, and statements that look rows up by them. */

import type { Sql } from "./client.ts";
import type { Fragment } from "./rows.ts";
import { rowSet, text, uuid } from "./rows.ts";

export type Key = { readonly shop: string; readonly id: string };

/** The key of a map, for an id of any kind: a buyer, an order, an event. */
export const shopKey = (shop: string, id: string): string => `${shop}\n${id}`;

/** The inverse. A shop's name holds no line break. */
export function splitShopKey(key: string): Key {
  const at = key.indexOf("\n");
  return { shop: key.slice(0, at), id: key.slice(at + 1) };
}

/** Two transactions insert and lock rows in the same order, so that they cannot deadlock. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Events and orders. */
export const textKeys = rowSet<Key>({
  shop_id: text(({ shop }) => shop),
  id: text(({ id }) => id),
});

/** Buyers, cases, reminders and deliveries. */
export const uuidKeys = rowSet<Key>({
  shop_id: text(({ shop }) => shop),
  id: uuid(({ id }) => id),
});

/** The name of an order's payment method as a part that can be paused, as `methodName` makes it. `table` has shop_id. */
export const methodNameOf = (sql: Sql, table: "c" | "o", method: Fragment): Fragment =>
  sql`replace(replace(${sql(table)}.shop_id, '%', '%25'), '/', '%2F') || '/' || (${method})`;

/** The setting that says from when on a part counts again that somebody resumed, epoch ms. */
export const pauseWindowKey = (kind: string, name: string): string => `pause_window:${kind}:${name}`;
