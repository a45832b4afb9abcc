/** Erases buyers, and recognises their later events. The caller holds the lock of the buyer that it erases. */
import type { OrderPayload } from "../../../core/order/event.ts";
import type { Sql } from "../../client.ts";
import { plain, texts } from "../../columns.ts";
import { type Key, textKeys } from "../../keys.ts";
import { bytea, json, rowSet, text, uuid } from "../../rows.ts";
import { erasedPayload } from "./erased-event.ts";
import { atAddress, type ContactKey } from "./suppression-store.ts";

/** The buyer with this platform id, locked together with those that share an e-mail address with it, in the one order. null: nobody has it. `merged`: it became another one meanwhile; ask again. */
export async function lockBuyerByPlatformId(
  tx: Sql,
  shop: string,
  platformId: string,
): Promise<{ readonly id: string; readonly merged: boolean } | null> {
  const rows = await tx<{ id: string; merged: boolean; own: boolean }[]>`
    with this as (
      select coalesce(a.merged_into, a.id) as id from buyers a where a.shop_id = ${shop} and a.platform_id = ${platformId}),
    sharing as (
      select o.buyer_id as id from this join contacts k on k.shop_id = ${shop} and k.buyer_id = this.id
      join contacts o on o.shop_id = k.shop_id and o.address = k.address)
    select b.id, b.merged_into is not null as merged, b.id in (select id from this) as own from buyers b
    where b.shop_id = ${shop} and b.id in (select id from this union select id from sharing) order by b.id for update of b`;
  return rows.find(({ own }) => own) ?? null;
}

export async function isErased(tx: Sql, { shop, hash }: ContactKey): Promise<boolean> {
  return (await tx`select from erasures where shop_id = ${shop} and hash = ${hash}`).length > 0;
}

/** All platform ids of the buyer, and the hashes of its contacts: its own, and those that it shares with strangers. */
export async function identitiesOfBuyer(tx: Sql, { shop, id }: Key, reportersOf: (platformId: string) => string) {
  const ids = await tx<{ platform_id: string }[]>`
    select platform_id from buyers where shop_id = ${shop} and (id = ${id} or merged_into = ${id}) and platform_id is not null`;
  const platformIds = ids.map(({ platform_id }) => platform_id);
  const names = platformIds.map((each) => `(^|[^0-9a-z])${reportersOf(each)}([^0-9a-z]|$)`);
  const contacts = await tx<{ hash: Buffer }[]>`
    select coalesce(address, hash) as hash from contacts where shop_id = ${shop} and (buyer_id = ${id}
      or (buyer_id is null and reporters ~ any(${names}::text[])))`;
  return { platformIds, hashes: contacts.map(({ hash }) => hash) };
}

type ErasureWrite = ContactKey & { readonly buyerId: string };
const erasures = rowSet<ErasureWrite>({
  shop_id: text(({ shop }) => shop),
  hash: bytea(({ hash }) => hash),
  buyer_id: uuid(({ buyerId }) => buyerId),
});
type EventWrite = Key & { readonly payload: object };
const events = rowSet<EventWrite>({
  shop_id: text(({ shop }) => shop),
  id: text(({ id }) => id),
  payload: json(({ payload }) => payload),
});
const contactKeys = rowSet<ContactKey>({
  shop_id: text(({ shop }) => shop),
  hash: bytea(({ hash }) => hash),
});

export type Erased = {
  readonly orders: number;
  readonly events: number;
  readonly contacts: number;
  /** Reminders that were open. */
  readonly reminders: number;
};

/** `hashes`: of its ids and addresses. `rowId`: for the row of a case that never had a plan. */
export async function eraseBuyer(
  tx: Sql,
  { shop, id }: Key,
  hashes: readonly Buffer[],
  rowId: string,
): Promise<Erased> {
  const keys = hashes.map((hash) => ({ shop, hash, buyerId: id }));
  if (keys.length > 0)
    await tx`
      insert into erasures (${erasures.names(tx)}, at) select ${erasures.values(tx)}, dunlin_now() from ${erasures.rows(tx, keys)}
      on conflict (shop_id, hash) do nothing`;
  const contacts = await tx`
    delete from contacts k using ${contactKeys.rows(tx, keys)} where k.shop_id = n.shop_id and k.hash = n.hash`;
  const emails = await tx<{ buyer_id: string }[]>`
    delete from contacts k using ${contactKeys.rows(tx, keys)} where ${atAddress(tx)} returning k.buyer_id`;
  await tx`
    update buyers set touched = true, wake_at = dunlin_now()
    where shop_id = ${shop} and id = any(${plain(emails.map(({ buyer_id }) => buyer_id))}::uuid[]) and erased_at is null
      and exists (select from cases c where c.shop_id = ${shop} and c.buyer_id = buyers.id and c.ended_at is null)`;
  await tx`
    update suppressions s set masked = null from ${contactKeys.rows(tx, keys)} where s.shop_id = n.shop_id and s.hash = n.hash`;
  await tx`
    update buyers set platform_id = null, profile = '{}', erased_at = dunlin_now(), wake_at = null, touched = false,
      waits_for = null, waits_since = null
    where shop_id = ${shop} and (id = ${id} or merged_into = ${id})`;
  const reminders = await endReminders(tx, { shop, id }, rowId);
  const orders = await tx<{ id: string }[]>`
    update orders set chase_from = null, in_case = false,
      details = (details::jsonb - 'note' - 'payUrl' - 'items' - 'closeReason') || '{"items": [], "note": null, "payUrl": null, "closeReason": null}'
    where shop_id = ${shop} and buyer_id = ${id} returning id`;
  const named = orders.map((order) => ({ shop, id: order.id }));
  const written = await eraseEvents(
    tx,
    named.length === 0
      ? []
      : await tx<{ shop: string; id: string; payload: OrderPayload }[]>`
          select e.shop_id as shop, e.id, e.told as payload from ${textKeys.rows(tx, named)}
          join order_events e on e.shop_id = n.shop_id and e.order_id = n.id`,
  );
  await eraseTexts(tx, [{ shop, id }]);
  await tx`
    update touches s set note = null from tasks t join cases c on c.shop_id = t.shop_id and c.id = t.case_id
    where c.shop_id = ${shop} and c.buyer_id = ${id} and s.task_id = t.id and s.note is not null`;
  await tx`
    update promises p set reason = null from cases c
    where c.shop_id = ${shop} and c.buyer_id = ${id} and p.shop_id = c.shop_id and p.case_id = c.id and p.reason is not null`;
  return { orders: orders.length, events: written, contacts: contacts.count + emails.length, reminders };
}

/** Ends the open case and all that is planned or is to be retried. A claim under way is recorded as ever. */
async function endReminders(tx: Sql, { shop, id }: Key, rowId: string): Promise<number> {
  const whole = await tx`
    insert into reminders (shop_id, id, case_id, buyer_id, campaign, kind, state, reason, due_at, decided_at, orders)
    select c.shop_id, ${rowId}, c.id, c.buyer_id, null, 'skip', 'skipped', 'erased', coalesce(c.whole_at, c.opened_at), dunlin_now(),
      array(select o.id from orders o where o.shop_id = c.shop_id and o.buyer_id = c.buyer_id and o.in_case order by o.created_at, o.id)
    from cases c where c.shop_id = ${shop} and c.buyer_id = ${id} and c.ended_at is null and not c.had_plan`;
  const ended = await tx`
    update reminders set state = 'skipped', reason = 'erased', decided_at = coalesce(decided_at, dunlin_now()), retry_at = null,
      retry_channel = null
    where shop_id = ${shop} and buyer_id = ${id} and (state = 'planned' or (state = 'sending' and retry_at is not null))`;
  await tx`
    update cases set ended_at = coalesce(ended_at, dunlin_now()), promise = null where shop_id = ${shop} and buyer_id = ${id}`;
  return whole.count + ended.count;
}

/** Leaves the facts of these events that figures need. */
export async function eraseEvents(
  tx: Sql,
  rows: readonly { readonly shop: string; readonly id: string; readonly payload: OrderPayload }[],
): Promise<number> {
  if (rows.length === 0) return 0;
  const kept = rows.map(({ shop, id, payload }) => ({ shop, id, payload: erasedPayload(payload) }));
  const written = await tx`
    update order_events e set told = n.payload::json from ${events.rows(tx, kept)} where e.shop_id = n.shop_id and e.id = n.id`;
  return written.count;
}

async function eraseTexts(sql: Sql, buyers: readonly Key[]): Promise<void> {
  for (const { shop, id } of buyers)
    await sql`
      update deliveries d set sealed_text = null, sealed_message = null from reminders r
      where r.shop_id = ${shop} and r.buyer_id = ${id} and d.shop_id = r.shop_id and d.reminder_id = r.id
        and (d.sealed_text is not null or d.sealed_message is not null)`;
}

/** A message that was under way when its buyer was erased was recorded with its text a moment later. */
export async function eraseLateTexts(sql: Sql, withinMs: number): Promise<void> {
  const buyers = await sql<Key[]>`
    select distinct shop_id as shop, buyer_id as id from erasures where at > dunlin_now() - ${withinMs}::float8 * interval '1 ms'`;
  await eraseTexts(sql, buyers);
}

/** One index probe for each shop: nearly always nobody is erased. */
export async function isAnybodyErased(sql: Sql, shops: readonly string[]): Promise<boolean> {
  const [row] = await sql<{ some: boolean }[]>`
    select exists (select from erasures where shop_id = any(${texts(shops)}::text[])) as some`;
  return row?.some === true;
}

export function findErased(sql: Sql, keys: readonly ContactKey[]) {
  return sql<{ shop: string; hash: Buffer; buyer: string }[]>`
    select e.shop_id as shop, e.hash, e.buyer_id as buyer from ${contactKeys.rows(sql, keys)}
    join erasures e on e.shop_id = n.shop_id and e.hash = n.hash`;
}

/** Those of the orders that belong to an erased buyer. */
export function findErasedOrders(sql: Sql, orders: readonly Key[]) {
  return sql<{ shop: string; id: string; buyer: string }[]>`
    select o.shop_id as shop, o.id, o.buyer_id as buyer from ${textKeys.rows(sql, orders)}
    join orders o on o.shop_id = n.shop_id and o.id = n.id
    join buyers b on b.shop_id = o.shop_id and b.id = o.buyer_id and b.erased_at is not null`;
}
