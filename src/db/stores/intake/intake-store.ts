/** The statements of intake: what is known of a batch of events, and what it adds. */

import type { ReceivedEvent } from "../../../core/order/order.ts";
import type { OpenCase } from "../../../core/rules/buyer-state.ts";
import { heldOn } from "../../../core/rules/merge.ts";
import type { Sql } from "../../client.ts";
import { bytes, instants, jsons, plain, texts } from "../../columns.ts";
import type { BuyerRow } from "../buyers/buyer-load.ts";

export type EventWrite = {
  readonly shop: string;
  readonly id: string;
  readonly orderId: string;
  readonly type: string;
  readonly occurredAt: number;
  readonly told: unknown;
};

export type ContactWrite = {
  readonly shop: string;
  readonly hash: Buffer;
  readonly buyerId: string;
  readonly kind: string;
  readonly cipher: Buffer;
  readonly reportedAt: number;
  readonly reportedId: string;
};

type Key = { readonly shop: string; readonly id: string };

export async function databaseNow(sql: Sql): Promise<number> {
  const [row] = await sql<{ now: number }[]>`select dunlin_now() as now`;
  return row?.now ?? 0;
}

/** The events that were not known before; the others are duplicates. `events` sorted by (shop, id), so that two batches never wait for each other in a ring. */
export function insertEvents(sql: Sql, events: readonly EventWrite[]) {
  return sql<{ shop_id: string; id: string }[]>`
    insert into order_events (shop_id, id, order_id, type, occurred_at, received_at, told)
    select e.shop_id, e.id, e.order_id, e.type, e.occurred_at, (select dunlin_now()), e.told::jsonb
    from unnest(${texts(events.map((e) => e.shop))}::text[], ${texts(events.map((e) => e.id))}::text[],
      ${texts(events.map((e) => e.orderId))}::text[], ${plain(events.map((e) => e.type))}::text[],
      ${instants(events.map((e) => e.occurredAt))}::timestamptz[], ${jsons(sql, events, (e) => e.told)})
      as e(shop_id, id, order_id, type, occurred_at, told)
    on conflict do nothing returning shop_id, id`;
}

/** For each hash that is known or suppressed: whose it is, if anybody's. */
export function findContacts(sql: Sql, hashes: readonly { readonly shop: string; readonly hash: Buffer }[]) {
  return sql<{ shop_id: string; hash: Buffer; buyer_id: string | null; suppressed: boolean }[]>`
    select n.shop_id, n.hash, k.buyer_id, s.hash is not null as suppressed
    from unnest(${texts(hashes.map((h) => h.shop))}::text[], ${bytes(hashes.map((h) => h.hash))}::bytea[]) as n(shop_id, hash)
    left join contacts k on k.shop_id = n.shop_id and k.hash = n.hash
    left join suppressions s on s.shop_id = n.shop_id and s.hash = n.hash
    where k.hash is not null or s.hash is not null`;
}

/** Buyers by the platform's id; one that was merged leads to the one it became. */
export function findPlatformIds(sql: Sql, keys: readonly Key[]) {
  return sql<{ shop_id: string; platform_id: string; buyer_id: string }[]>`
    select b.shop_id, b.platform_id, coalesce(b.merged_into, b.id) as buyer_id
    from unnest(${texts(keys.map((k) => k.shop))}::text[], ${texts(keys.map((k) => k.id))}::text[]) as n(shop_id, id)
    join buyers b on b.shop_id = n.shop_id and b.platform_id = n.id`;
}

export function findOrders(sql: Sql, keys: readonly Key[]) {
  return sql<{ shop_id: string; id: string; buyer_id: string | null }[]>`
    select o.shop_id, o.id, o.buyer_id
    from unnest(${texts(keys.map((k) => k.shop))}::text[], ${texts(keys.map((k) => k.id))}::text[]) as n(shop_id, id)
    join orders o on o.shop_id = n.shop_id and o.id = n.id`;
}

/** Locks orders that have no buyer whose lock would protect them; sorted, for the same reason as events. */
export function lockStrays(sql: Sql, keys: readonly Key[]) {
  return sql<{ shop_id: string; id: string; buyer_id: string | null }[]>`
    select o.shop_id, o.id, o.buyer_id
    from unnest(${texts(keys.map((k) => k.shop))}::text[], ${texts(keys.map((k) => k.id))}::text[]) as n(shop_id, id)
    join orders o on o.shop_id = n.shop_id and o.id = n.id order by o.shop_id, o.id for update of o`;
}

/** Locks buyers, in one order everywhere. */
export function lockBuyers(sql: Sql, keys: readonly Key[]) {
  return sql<(BuyerRow & { merged_into: string | null })[]>`
    select b.shop_id, b.id, b.platform_id, b.bucket, b.profile, b.wake_at, b.touched, b.waits_for, b.merged_into
    from unnest(${texts(keys.map((k) => k.shop))}::text[], ${plain(keys.map((k) => k.id))}::uuid[]) as n(shop_id, id)
    join buyers b on b.shop_id = n.shop_id and b.id = n.id order by b.shop_id, b.id for update of b`;
}

/** All events of these orders that are stored, this batch's among them. */
export function loadEvents(sql: Sql, keys: readonly Key[]) {
  return sql<
    {
      shop_id: string;
      order_id: string;
      id: string;
      type: ReceivedEvent["type"];
      occurred_at: number;
      told: ReceivedEvent["order"];
    }[]
  >`
    select e.shop_id, e.order_id, e.id, e.type, e.occurred_at, e.told
    from unnest(${texts(keys.map((k) => k.shop))}::text[], ${texts(keys.map((k) => k.id))}::text[]) as n(shop_id, id)
    join order_events e on e.shop_id = n.shop_id and e.order_id = n.id order by e.received_at, e.id`;
}

/** New contacts. A unique violation means that another transaction told of one of them first: run the whole again. */
export function insertContacts(sql: Sql, rows: readonly ContactWrite[], keyId: string) {
  return sql`
    insert into contacts (shop_id, hash, buyer_id, kind, cipher, key_id, told_at, told_id)
    select n.shop_id, n.hash, n.buyer_id, n.kind, n.cipher, ${keyId}, n.told_at, n.told_id
    from unnest(${texts(rows.map((r) => r.shop))}::text[], ${bytes(rows.map((r) => r.hash))}::bytea[],
      ${plain(rows.map((r) => r.buyerId))}::uuid[], ${texts(rows.map((r) => r.kind))}::text[],
      ${bytes(rows.map((r) => r.cipher))}::bytea[], ${instants(rows.map((r) => r.reportedAt))}::timestamptz[],
      ${texts(rows.map((r) => r.reportedId))}::text[]) as n(shop_id, hash, buyer_id, kind, cipher, told_at, told_id)
    order by n.shop_id, n.hash`;
}

/** Contacts told again. */
export function touchContacts(sql: Sql, rows: readonly Omit<ContactWrite, "cipher" | "buyerId" | "kind">[]) {
  return sql`
    update contacts k set told_at = n.told_at, told_id = n.told_id
    from unnest(${texts(rows.map((r) => r.shop))}::text[], ${bytes(rows.map((r) => r.hash))}::bytea[],
      ${instants(rows.map((r) => r.reportedAt))}::timestamptz[], ${texts(rows.map((r) => r.reportedId))}::text[])
      as n(shop_id, hash, told_at, told_id)
    where k.shop_id = n.shop_id and k.hash = n.hash and (k.told_at, k.told_id) < (n.told_at, n.told_id)`;
}

type OpenCaseRow = Pick<OpenCase, "id" | "hadPlan" | "manual" | "promise" | "departures"> & {
  readonly buyer_id: string;
};

const json = (value: unknown): string | null => (value == null ? null : JSON.stringify(value));

/**
 * Makes several buyers one: everything of `losers` becomes `winner`'s. At most one open case stays; planned rows of the others go,
 * since the winner is planned anew. `takeOver`: the platform id of a loser that becomes the winner's. All rows are locked by the
 * caller.
 */
export async function mergeBuyers(
  sql: Sql,
  shop: string,
  winner: string,
  losers: readonly string[],
  takeOver: { readonly loser: string; readonly platformId: string | null } | null,
): Promise<void> {
  const gone = plain(losers);
  const open = await sql<OpenCaseRow[]>`
    select id, buyer_id, had_plan as "hadPlan", manual, promise, departures from cases
    where shop_id = ${shop} and buyer_id = any(${plain([winner, ...losers])}::uuid[]) and ended_at is null
    order by opened_at, id`;
  const kept = open.find(({ buyer_id }) => buyer_id === winner) ?? open[0];
  const held = kept === undefined ? null : heldOn(kept, open);
  const ended = plain(open.filter(({ id }) => id !== kept?.id).map(({ id }) => id));
  await Promise.all([
    sql`delete from reminders where shop_id = ${shop} and case_id = any(${ended}::uuid[]) and state = 'planned'`,
    sql`update cases set ended_at = dunlin_now() where shop_id = ${shop} and id = any(${ended}::uuid[])`,
    sql`update orders set buyer_id = ${winner}, case_id = case when case_id = any(${ended}::uuid[]) then ${kept?.id ?? null} else case_id end
        where shop_id = ${shop} and buyer_id = any(${gone}::uuid[])`,
    sql`update reminders set buyer_id = ${winner}, case_id = case when case_id = any(${ended}::uuid[]) then ${kept?.id ?? null} else case_id end
        where shop_id = ${shop} and buyer_id = any(${gone}::uuid[])`,
    sql`update cases set buyer_id = ${winner} where shop_id = ${shop} and buyer_id = any(${gone}::uuid[])`,
    sql`update cases set had_plan = ${held?.hadPlan ?? false}, manual = ${held?.manual ?? false},
        promise = ${json(held?.promise)}::text::jsonb, departures = ${json(held?.departures)}::text::jsonb
        where shop_id = ${shop} and id = ${kept?.id ?? null}`,
    sql`update contacts set buyer_id = ${winner} where shop_id = ${shop} and buyer_id = any(${gone}::uuid[])`,
    sql`update buyers set merged_into = ${winner}, wake_at = null, waits_for = null, waits_since = null
        where shop_id = ${shop} and (id = any(${gone}::uuid[]) or merged_into = any(${gone}::uuid[]))`,
    sql`update buyers set platform_id = null where shop_id = ${shop} and id = ${takeOver?.loser ?? null}`,
    sql`update buyers set touched = true, wake_at = dunlin_now(), platform_id = coalesce(platform_id, ${takeOver?.platformId ?? null})
        where shop_id = ${shop} and id = ${winner}`,
  ]);
}
