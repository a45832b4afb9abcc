/** Deliveries of unknown outcome about which the provider is asked: whom to ask next, under which lease, and how it ended. */
import type { LookupEnd } from "../../../core/receipts/lookup.ts";
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";
import { type Key, uuidKeys } from "../../keys.ts";
import { instant, int4, jsonb, rowSet, text, uuid } from "../../rows.ts";

/** Schedules questions about those of the deliveries that are of unknown outcome on one of these channels. */
export function scheduleLookups(tx: Sql, deliveries: readonly Key[], channels: readonly string[], firstInMs: number) {
  return tx`
    insert into lookups (shop_id, delivery_id, channel, sent_by, next_at)
    select d.shop_id, d.id, d.channel, s.by, s.by + ${firstInMs}::float8 * interval '1 ms'
    from ${uuidKeys.rows(tx, deliveries)}
    join deliveries d on d.shop_id = n.shop_id and d.id = n.id
    cross join lateral (select least(d.finished_at, d.lease_until) as by) s
    where d.state = 'unknown' and d.to_hash is not null and d.channel = any(${texts(channels)}::text[])
    on conflict do nothing`;
}

export type LookupRow = Key & {
  readonly channel: string;
  readonly sent_by: number;
  readonly asked: number;
  readonly absent_at: number | null;
  readonly unanswered: number;
  readonly state: string;
  readonly reminder_id: string;
  readonly claimed_at: number;
  readonly sealed_text: Buffer | null;
  readonly campaign: string | null;
  readonly campaign_version: string | null;
  readonly step: string | null;
  /** The delivery of the first attempt on the channel. */
  readonly first_delivery: string;
  /** The address that it went to; null: it is erased. */
  readonly cipher: Buffer | null;
  readonly now: number;
};

export type Lease = { readonly token: string; readonly ms: number };

/** Takes questions that are due, without those of these channels. Until the lease is over nobody else takes them. */
export function takeLookups(sql: Sql, { token, ms }: Lease, limit: number, without: ReadonlySet<string>) {
  return sql<LookupRow[]>`
    with due as (
      select shop_id, delivery_id from lookups
      where next_at <= (select dunlin_now()) and channel <> all(${texts([...without])}::text[])
      order by next_at limit ${limit} for update skip locked),
    taken as (
      update lookups l set lease = ${token}, next_at = dunlin_now() + ${ms}::float8 * interval '1 ms'
      from due where l.shop_id = due.shop_id and l.delivery_id = due.delivery_id returning l.*)
    select t.shop_id as shop, t.delivery_id as id, t.channel, t.sent_by, t.asked, t.absent_at, t.unanswered,
      d.state, d.reminder_id, d.claimed_at, d.sealed_text, d.campaign_version, r.campaign, r.step, k.cipher, (select dunlin_now()) as now,
      (select f.id from deliveries f where f.shop_id = d.shop_id and f.reminder_id = d.reminder_id and f.channel = d.channel
        order by f.attempt limit 1) as first_delivery
    from taken t
    join deliveries d on d.shop_id = t.shop_id and d.id = t.delivery_id
    join reminders r on r.shop_id = d.shop_id and r.id = d.reminder_id
    left join contacts k on k.shop_id = d.shop_id and k.hash = d.to_hash
    order by t.shop_id, t.delivery_id`;
}

export type AgainWrite = Key & {
  readonly at: number;
  readonly asked: number;
  readonly absentAt: number | null;
  readonly unanswered: number;
};

const again = rowSet<AgainWrite>(
  {
    shop_id: text(({ shop }) => shop),
    delivery_id: uuid(({ id }) => id),
  },
  {
    next_at: instant(({ at }) => at),
    asked: int4(({ asked }) => asked),
    absent_at: instant(({ absentAt }) => absentAt),
    unanswered: int4(({ unanswered }) => unanswered),
  },
);

/** Asks again later, as far as the lease still holds. */
export function askAgain(sql: Sql, token: string, rows: readonly AgainWrite[]) {
  return sql`
    update lookups l set ${again.set(sql)}, lease = null from ${again.rows(sql, rows)}
    where l.shop_id = n.shop_id and l.delivery_id = n.delivery_id and l.lease = ${token}`;
}

export type EndWrite = Key & { readonly lookup: LookupEnd; readonly messageId: string | null };

const ends = rowSet<EndWrite>({
  shop_id: text(({ shop }) => shop),
  id: uuid(({ id }) => id),
  lookup: jsonb(({ lookup }) => lookup),
  message_id: text(({ messageId }) => messageId),
});

/** Writes how asking ended beside those deliveries that are still of unknown outcome and whose lease still holds. Returns them. */
export function noteEnds(sql: Sql, token: string, rows: readonly EndWrite[]) {
  return sql<Key[]>`
    update deliveries d set lookup = n.lookup::jsonb, message_id = coalesce(d.message_id, n.message_id)
    from ${ends.rows(sql, rows)}
    join lookups l on l.shop_id = n.shop_id and l.delivery_id = n.id and l.lease = ${token}
    where d.shop_id = n.shop_id and d.id = n.id and d.state = 'unknown' returning d.shop_id as shop, d.id`;
}

/** Returns those whose lease still held. */
export function endLookups(sql: Sql, token: string, rows: readonly Key[]) {
  return sql<Key[]>`
    delete from lookups l using ${uuidKeys.rows(sql, rows)}
    where l.shop_id = n.shop_id and l.delivery_id = n.id and l.lease = ${token} returning l.shop_id as shop, l.delivery_id as id`;
}

/** The caller holds the deliveries. Nothing was sent. */
export function writeNotSent(tx: Sql, rows: readonly EndWrite[]) {
  return tx`
    update deliveries d set state = 'failed-transient', code = 'not_found', message = 'the provider never got the message; nothing was sent',
      segments = null, sealed_text = null, lookup = n.lookup::jsonb
    from ${ends.rows(tx, rows)} where d.shop_id = n.shop_id and d.id = n.id`;
}
