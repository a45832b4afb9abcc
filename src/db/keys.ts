/** Ids are unique within a shop: the keys of what is loaded, and statements that look rows up by them. */
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
