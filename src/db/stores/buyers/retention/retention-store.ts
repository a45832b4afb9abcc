/**
 * Deletes what is no longer kept, some rows at a time. Orders and contacts are found by the events that reported them, so that a step costs what it
 * deletes, however much is stored; a slow walk through the tables finds what no event leads to any more, or what was still in use then.
 */
import type { OrderPayload } from "../../../../core/order/event.ts";
import type { Sql } from "../../../client.ts";
import { type Fragment, json, rowSet, text } from "../../../rows.ts";
import { reducedPayload } from "../erased-event.ts";
import { type Keep, nextWindow, type Part } from "./event-windows.ts";
import { PASSED, readMark, writeMark } from "./marks.ts";

const cutoff = (sql: Sql, keepMs: number) => sql`(select dunlin_now() - ${keepMs}::float8 * interval '1 ms')`;

type ReducedEvent = { readonly shop: string; readonly id: string; readonly payload: OrderPayload };
const reduced = rowSet<ReducedEvent>({
  shop_id: text(({ shop }) => shop),
  id: text(({ id }) => id),
  payload: json(({ payload }) => reducedPayload(payload)),
});

/** Leaves of old events what figures need: an order that is heard of again is folded from all of its events. false: there is nothing left to do now. */
export async function reduceEvents(sql: Sql, keep: Keep): Promise<boolean> {
  const window = await nextWindow<{ readonly id: string; readonly payload: OrderPayload }>(sql, PASSED.events, keep, {
    columns: sql`id, told as payload`,
    where: sql`told -> 'reduced' is null and told -> 'erased' is null`,
  });
  if (window === null) return false;
  if (window.rows.length > 0)
    await sql`
      update order_events e set told = n.payload::json from ${reduced.rows(sql, window.rows)} where e.shop_id = n.shop_id and e.id = n.id`;
  return window.done();
}

type EventOf = { readonly shop: string; readonly order: string };
const events = rowSet<EventOf>({ shop_id: text(({ shop }) => shop), order_id: text(({ order }) => order) });

/** One step for the orders of the next window of events. `act` gets the events as rows (shop_id, order_id), named n. */
async function throughEvents(
  sql: Sql,
  key: string,
  keep: Keep,
  act: (ofEvents: Fragment) => Promise<unknown>,
): Promise<boolean> {
  const window = await nextWindow<EventOf>(sql, key, keep, { columns: sql`order_id as order`, where: sql`true` });
  if (window === null) return false;
  if (window.rows.length > 0) await act(events.rows(sql, window.rows));
  return window.done();
}

/**
 * Deletes contacts that no event reported and whose buyer had no order for so long, and the buyer's name with them: those of the buyers whose orders the
 * next events are of. false: there is nothing left to do now.
 */
export const purgeContacts = (sql: Sql, keep: Keep): Promise<boolean> =>
  throughEvents(sql, PASSED.contacts, keep, (ofEvents) => {
    const page = sql`
      select k.shop_id, k.hash, k.buyer_id, k.told_at from (
        select distinct o.shop_id, o.buyer_id from ${ofEvents} join orders o on o.shop_id = n.shop_id and o.id = n.order_id) b
      join contacts k on k.shop_id = b.shop_id and k.buyer_id = b.buyer_id`;
    return sql`with ${purgedContacts(sql, page, keep.keepMs)} select`;
  });

/** The same for the next contacts in the order of the table. false: it came to the end, and begins again next time. */
export async function walkContacts(sql: Sql, { keepMs, limit }: Keep): Promise<boolean> {
  const from = await readPlace(sql, CONTACTS);
  const page = sql`
    select shop_id, hash, buyer_id, told_at from contacts
    where ${from === null ? sql`true` : sql`(shop_id, hash) > (${from.shop}, decode(${from.key}, 'hex'))`}
    order by shop_id, hash limit ${limit}`;
  const rows = await sql<Place[]>`
    with ${purgedContacts(sql, page, keepMs)} select shop_id as shop, encode(hash, 'hex') as key from page order by shop_id, hash`;
  return writePlace(sql, CONTACTS, rows, limit);
}

const purgedContacts = (sql: Sql, page: Part, keepMs: number) => sql`
  page as (${page}),
  old as (
    select p.shop_id, p.hash, p.buyer_id from page p where p.told_at < ${cutoff(sql, keepMs)} and not exists (
      select from orders o where o.shop_id = p.shop_id and o.buyer_id = p.buyer_id
        and (o.in_case or greatest(o.seen_at, o.created_at) >= ${cutoff(sql, keepMs)}))),
  gone as (delete from contacts k using old o where k.shop_id = o.shop_id and k.hash = o.hash),
  nameless as (
    update buyers b set profile = b.profile::jsonb - 'name' from old o where b.shop_id = o.shop_id and b.id = o.buyer_id and b.profile -> 'name' is not null)`;

/**
 * Deletes what was bought, notes and links of orders that are over and were first known so long ago: of the orders that the next events are of. false: there
 * is nothing left to do now.
 */
export const reduceOrders = (sql: Sql, keep: Keep): Promise<boolean> =>
  throughEvents(sql, PASSED.orders, keep, (ofEvents) => {
    const page = sql`select distinct n.shop_id, n.order_id as id from ${ofEvents}`;
    return sql`with ${reducedOrders(sql, page, keep.keepMs)} select`;
  });

/** The same for the next orders in the order of the table. false: it came to the end, and begins again next time. */
export async function walkOrders(sql: Sql, { keepMs, limit }: Keep): Promise<boolean> {
  const from = await readPlace(sql, ORDERS);
  const page = sql`
    select shop_id, id from orders where ${from === null ? sql`true` : sql`(shop_id, id) > (${from.shop}, ${from.key})`}
    order by shop_id, id limit ${limit}`;
  const rows = await sql<Place[]>`
    with ${reducedOrders(sql, page, keepMs)} select shop_id as shop, id as key from page order by shop_id, id`;
  return writePlace(sql, ORDERS, rows, limit);
}

const reducedOrders = (sql: Sql, page: Part, keepMs: number) => sql`
  page as (${page}),
  reduced as (
    update orders o set details = o.details::jsonb || '{"items": [], "note": null, "payUrl": null, "closeReason": null}'
    from page p where o.shop_id = p.shop_id and o.id = p.id and not o.in_case and o.seen_at < ${cutoff(sql, keepMs)}
      and (o.details ->> 'items' <> '[]' or coalesce(o.details ->> 'note', o.details ->> 'payUrl', o.details ->> 'closeReason') is not null))`;

/** Where a walk stands. */
type Place = { readonly shop: string; readonly key: string };
const CONTACTS = "contacts_purged";
const ORDERS = "orders_reduced";

async function readPlace(sql: Sql, key: string): Promise<Place | null> {
  const place = await readMark<Place>(sql, key);
  return place === null || place.key === "" ? null : place;
}

async function writePlace(sql: Sql, key: string, rows: readonly Place[], limit: number): Promise<boolean> {
  const last = rows.length < limit ? undefined : rows.at(-1);
  await writeMark(sql, key, last ?? { shop: "", key: "" });
  return last !== undefined;
}

/** Deletes the oldest entries of the audit trail. false: there are no more that are old enough. */
export async function purgeAudit(sql: Sql, { keepMs, limit }: Keep): Promise<boolean> {
  const gone = await sql`
    delete from audit where id in (
      select id from (select id, at from audit order by id limit ${limit}) a where at < ${cutoff(sql, keepMs)})`;
  return gone.count === limit;
}
