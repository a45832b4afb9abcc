/** Deletes what is no longer kept, some rows at a time. How far each kind is done is in `settings`: no index is there for this alone. */
import { BUYER_REASONS } from "../../../core/desk/words.ts";
import type { OrderPayload } from "../../../core/order/event.ts";
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";
import { json, rowSet, text } from "../../rows.ts";
import { ts } from "../../types.ts";
import { reducedPayload } from "./erased-event.ts";

/** `keepMs`: counted back from the database's now. */
export type Keep = { readonly keepMs: number; readonly limit: number };

const cutoff = (sql: Sql, keepMs: number) => sql`(select dunlin_now() - ${keepMs}::float8 * interval '1 ms')`;

async function readMark<T>(sql: Sql, key: string): Promise<T | null> {
  const [row] = await sql<{ value: T }[]>`select value from settings where key = ${key}`;
  return row?.value ?? null;
}

async function writeMark(sql: Sql, key: string, value: object): Promise<void> {
  await sql`
    insert into settings (key, value) values (${key}, ${JSON.stringify(value)}::text::jsonb)
    on conflict (key) do update set value = excluded.value`;
}

type ReducedEvent = { readonly shop: string; readonly id: string; readonly payload: OrderPayload };
const reduced = rowSet<ReducedEvent>({
  shop_id: text(({ shop }) => shop),
  id: text(({ id }) => id),
  payload: json(({ payload }) => reducedPayload(payload)),
});

const EVENTS = "events_reduced";
const WINDOW_MS = 3_600_000;

/**
 * Leaves of old events what figures need: an order that is heard of again is folded from all of its events. Goes through them by the hour in which
 * they were received. false: there is nothing left to do now.
 */
export async function reduceEvents(sql: Sql, { keepMs, limit }: Keep): Promise<boolean> {
  const mark = await readMark<{ until: number }>(sql, EVENTS);
  const [bounds] = await sql<{ first: number | null; last: number }[]>`
    select ${mark === null ? sql`(select min(received_at) from order_events)` : ts(mark.until)}::timestamptz as first,
      ${cutoff(sql, keepMs)} as last`;
  const first = bounds?.first ?? null;
  if (bounds === undefined || first === null || first >= bounds.last) return false;
  const until = Math.min(first + WINDOW_MS, bounds.last);
  const rows = await sql<ReducedEvent[]>`
    select shop_id as shop, id, told as payload from order_events
    where received_at >= ${ts(first)} and received_at < ${ts(until)} and told -> 'reduced' is null and told -> 'erased' is null limit ${limit}`;
  if (rows.length > 0)
    await sql`
      update order_events e set told = n.payload::json from ${reduced.rows(sql, rows)} where e.shop_id = n.shop_id and e.id = n.id`;
  if (rows.length < limit) await writeMark(sql, EVENTS, { until });
  return true;
}

type Place = { readonly shop: string; readonly key: string };

const CONTACTS = "contacts_purged";

/**
 * Deletes the next contacts that no event reported and whose buyer had no order for so long, and the buyer's name with them. false: it came to the
 * end, and begins again next time.
 */
export async function purgeContacts(sql: Sql, { keepMs, limit }: Keep): Promise<boolean> {
  const after = await readMark<Place>(sql, CONTACTS);
  const from = after === null || after.key === "" ? null : after;
  const rows = await sql<{ shop: string; key: string }[]>`
    with page as (
      select shop_id, hash, buyer_id, told_at from contacts
      where ${from === null ? sql`true` : sql`(shop_id, hash) > (${from.shop}, decode(${from.key}, 'hex'))`}
      order by shop_id, hash limit ${limit}),
    old as (
      select p.shop_id, p.hash, p.buyer_id from page p where p.told_at < ${cutoff(sql, keepMs)} and not exists (
        select from orders o where o.shop_id = p.shop_id and o.buyer_id = p.buyer_id
          and (o.in_case or greatest(o.seen_at, o.created_at) >= ${cutoff(sql, keepMs)}))),
    gone as (delete from contacts k using old o where k.shop_id = o.shop_id and k.hash = o.hash),
    nameless as (
      update buyers b set profile = b.profile::jsonb - 'name' from old o where b.shop_id = o.shop_id and b.id = o.buyer_id and b.profile -> 'name' is not null)
    select shop_id as shop, encode(hash, 'hex') as key from page order by shop_id, hash`;
  return moveMark(sql, CONTACTS, rows, limit);
}

const ORDERS = "orders_reduced";

/** Deletes what was bought, notes and links of the next orders that are over for so long, and what people wrote of their buyers. false: it came to the end. */
export async function reduceOrders(sql: Sql, { keepMs, limit }: Keep): Promise<boolean> {
  const after = await readMark<Place>(sql, ORDERS);
  const from = after === null || after.key === "" ? null : after;
  const rows = await sql<{ shop: string; key: string }[]>`
    with page as (
      select shop_id, id from orders where ${from === null ? sql`true` : sql`(shop_id, id) > (${from.shop}, ${from.key})`}
      order by shop_id, id limit ${limit}),
    over as (
      select o.shop_id, o.case_id from page p join orders o on o.shop_id = p.shop_id and o.id = p.id
      where not o.in_case and o.case_id is not null and o.seen_at < ${cutoff(sql, keepMs)}),
    unsaid as (
      update touches s set note = null from over o join tasks t on t.shop_id = o.shop_id and t.case_id = o.case_id
      where s.task_id = t.id and s.note is not null and s.at < ${cutoff(sql, keepMs)}),
    unpromised as (
      update promises p set reason = null from over o
      where p.shop_id = o.shop_id and p.case_id = o.case_id and p.recorded_at < ${cutoff(sql, keepMs)} and p.reason <> all(${texts(BUYER_REASONS)}::text[])),
    reduced as (
      update orders o set details = o.details::jsonb || '{"items": [], "note": null, "payUrl": null, "closeReason": null}'
      from page p where o.shop_id = p.shop_id and o.id = p.id and not o.in_case and o.seen_at < ${cutoff(sql, keepMs)}
        and (o.details ->> 'items' <> '[]' or coalesce(o.details ->> 'note', o.details ->> 'payUrl', o.details ->> 'closeReason') is not null))
    select shop_id as shop, id as key from page order by shop_id, id`;
  return moveMark(sql, ORDERS, rows, limit);
}

async function moveMark(sql: Sql, key: string, rows: readonly Place[], limit: number): Promise<boolean> {
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
