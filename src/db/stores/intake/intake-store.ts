/** The statements of intake: what is known about a batch of events, and the events themselves. */
import type { ReceivedEvent } from "../../../core/order/order.ts";
import type { Warning } from "../../../core/order/warnings.ts";
import type { Sql } from "../../client.ts";
import { type Key, textKeys, uuidKeys } from "../../keys.ts";
import { bytea, instant, json, rowSet, text, word } from "../../rows.ts";
import { BUYER_COLUMNS, type BuyerRow } from "../buyers/loaded-buyer.ts";

export type EventWrite = {
  readonly shop: string;
  readonly id: string;
  readonly orderId: string;
  readonly type: string;
  readonly occurredAt: number;
  /** The order as reported, without its buyer. */
  readonly payload: object;
  /** Stored beside the order's fields, where the fold does not look: nearly no event has any, so they get no column. */
  readonly warnings: readonly Warning[];
};

type ContactKey = { readonly shop: string; readonly hash: Buffer };

const orderEvents = rowSet<EventWrite>({
  shop_id: text(({ shop }) => shop),
  id: text(({ id }) => id),
  order_id: text(({ orderId }) => orderId),
  type: word(({ type }) => type),
  occurred_at: instant(({ occurredAt }) => occurredAt),
  told: json(({ payload, warnings }) => (warnings.length === 0 ? payload : { ...payload, warnings })),
});

const contactKeys = rowSet<ContactKey>({
  shop_id: text(({ shop }) => shop),
  hash: bytea(({ hash }) => hash),
});

export async function databaseNow(sql: Sql): Promise<number> {
  const [row] = await sql<{ now: number }[]>`select dunlin_now() as now`;
  return row?.now ?? 0;
}

/** Returns the events that were not known before; the others are duplicates. `events` is sorted by (shop, id), so that two batches cannot deadlock. */
export function insertEvents(sql: Sql, events: readonly EventWrite[]) {
  return sql<{ shop_id: string; id: string }[]>`
    insert into order_events (${orderEvents.names(sql)}, received_at)
    select ${orderEvents.values(sql)}, (select dunlin_now()) from ${orderEvents.rows(sql, events)}
    on conflict do nothing returning shop_id, id`;
}

export type KnownContact = {
  readonly shop_id: string;
  readonly hash: Buffer;
  readonly stored: boolean;
  /** null: it is not stored, or strangers share it. */
  readonly buyer_id: string | null;
  readonly reporters: string | null;
  readonly suppressed: boolean;
};

/** The hashes that are stored or suppressed. */
export function findContacts(sql: Sql, hashes: readonly ContactKey[]) {
  return sql<KnownContact[]>`
    select n.shop_id, n.hash, k.hash is not null as stored, k.buyer_id, k.reporters, s.hash is not null as suppressed
    from ${contactKeys.rows(sql, hashes)}
    left join contacts k on k.shop_id = n.shop_id and k.hash = n.hash
    left join suppressions s on s.shop_id = n.shop_id and s.hash = n.hash
    where k.hash is not null or s.hash is not null`;
}

/** Buyers by the platform's id; one that was merged leads to the one it became. */
export function findPlatformIds(sql: Sql, keys: readonly Key[]) {
  return sql<{ shop_id: string; platform_id: string; buyer_id: string }[]>`
    select b.shop_id, b.platform_id, coalesce(b.merged_into, b.id) as buyer_id
    from ${textKeys.rows(sql, keys)}
    join buyers b on b.shop_id = n.shop_id and b.platform_id = n.id`;
}

export function findOrders(sql: Sql, keys: readonly Key[]) {
  return sql<{ shop_id: string; id: string; buyer_id: string | null }[]>`
    select o.shop_id, o.id, o.buyer_id from ${textKeys.rows(sql, keys)}
    join orders o on o.shop_id = n.shop_id and o.id = n.id`;
}

/** Locks orders that have no buyer whose lock would protect them; sorted, for the same reason as events. */
export function lockStrays(sql: Sql, keys: readonly Key[]) {
  return sql<{ shop_id: string; id: string; buyer_id: string | null }[]>`
    select o.shop_id, o.id, o.buyer_id from ${textKeys.rows(sql, keys)}
    join orders o on o.shop_id = n.shop_id and o.id = n.id order by o.shop_id, o.id for update of o`;
}

/** Locks buyers, in one order everywhere. */
export function lockBuyers(sql: Sql, keys: readonly Key[]) {
  return sql<(BuyerRow & { merged_into: string | null; erased_at: number | null })[]>`
    select ${sql.unsafe(BUYER_COLUMNS)}, b.merged_into, b.erased_at
    from ${uuidKeys.rows(sql, keys)}
    join buyers b on b.shop_id = n.shop_id and b.id = n.id order by b.shop_id, b.id for update of b`;
}

/** Locks those of the buyers that nobody else holds. */
export function lockFree(sql: Sql, keys: readonly Key[]) {
  return sql<{ shop_id: string; id: string }[]>`
    select b.shop_id, b.id from ${uuidKeys.rows(sql, keys)}
    join buyers b on b.shop_id = n.shop_id and b.id = n.id order by b.shop_id, b.id for update of b skip locked`;
}

export type StoredEvent = {
  readonly shop_id: string;
  readonly order_id: string;
  readonly id: string;
  readonly type: ReceivedEvent["type"];
  readonly occurred_at: number;
  readonly payload: ReceivedEvent["order"];
};

/** All stored events of these orders, those of this batch included. */
export function loadEvents(sql: Sql, keys: readonly Key[]) {
  return sql<StoredEvent[]>`
    select e.shop_id, e.order_id, e.id, e.type, e.occurred_at, e.told as payload
    from ${textKeys.rows(sql, keys)}
    join order_events e on e.shop_id = n.shop_id and e.order_id = n.id order by e.received_at, e.id`;
}
