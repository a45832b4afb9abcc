/** The statements of dispatch: what is due, and what became of it. Everything is judged by the database's clock. */
import type { Sql } from "../../client.ts";
import { instants, plain, texts } from "../../columns.ts";
import type { BuyerRow } from "../buyers/buyer-load.ts";

/** Locks up to `limit` buyers of whom something is due; those that another worker has in hand are passed over. */
export function lockDueBuyers(sql: Sql, limit: number) {
  return sql<BuyerRow[]>`
    select shop_id, id, platform_id, bucket, profile, wake_at, touched, waits_for from buyers
    where wake_at <= (select dunlin_now()) order by wake_at limit ${limit} for update skip locked`;
}

/** How many buyers have something due or wait for room, counted up to `most`, and for how long the longest of them has waited, ms. */
export async function countDue(sql: Sql, most: number): Promise<{ due: number; lagMs: number }> {
  const [row] = await sql<{ due: number; lag: number | null }[]>`
    with clock as (select dunlin_now() as now),
    due as (select wake_at as at from buyers where wake_at <= (select now from clock) and waits_for is null
      order by wake_at limit ${most}),
    waiting as (select waits_since as at from buyers where waits_for is not null order by waits_since limit ${most}),
    again as (select retry_at as at from reminders where retry_at <= (select now from clock) order by retry_at limit ${most}),
    every_kind as (select at from due union all select at from waiting union all select at from again)
    select least(count(*), ${most})::int as due, (extract(epoch from (select now from clock) - min(at)) * 1000)::float8 as lag
    from every_kind`;
  return { due: row?.due ?? 0, lagMs: Math.max(0, row?.lag ?? 0) };
}

/** How many buyers have something due, counted up to `most`, and whether others wait for room under a channel's rate. */
export async function lookForWork(sql: Sql, most: number): Promise<{ due: number; waiting: boolean }> {
  const [row] = await sql<{ due: number; waiting: boolean }[]>`
    with clock as (select dunlin_now() as now),
    due as (select 1 from buyers where wake_at <= (select now from clock) order by wake_at limit ${most}),
    again as (select 1 from reminders where retry_at <= (select now from clock) order by retry_at limit ${most})
    select ((select count(*) from due) + (select count(*) from again))::int as due,
      (select waits_for from buyers where waits_for is not null order by waits_for, waits_since limit 1) is not null as waiting`;
  return { due: row?.due ?? 0, waiting: row?.waiting ?? false };
}

export type ChannelQueue = { readonly channel: string; readonly waiting: boolean; readonly free: number };

/** Of channels with a rate: whether buyers wait for room, and how many slots `takeSlots` would grant now. */
export function lookAtQueues(
  sql: Sql,
  channels: readonly { readonly name: string; readonly rate: number }[],
  horizonMs: number,
) {
  const horizon = sql`${horizonMs} * interval '1 millisecond'`;
  return sql<ChannelQueue[]>`
    with channel as (
      select c.name, c.rate, s.next_at, dunlin_now() as now
      from unnest(${texts(channels.map(({ name }) => name))}::text[], ${plain(channels.map(({ rate }) => rate))}::float8[]) as c(name, rate)
      left join channel_slots s on s.channel = c.name),
    slot as (
      select name, rate, now, case when next_at > now + 2 * ${horizon} + interval '1 second' / rate then now + ${horizon}
        else greatest(next_at, now) end as at from channel)
    select name as channel,
      (select b.waits_since from buyers b where b.waits_for is not null and b.waits_for = slot.name
        order by b.waits_since limit 1) is not null as waiting,
      case when at > now + ${horizon} then 0
        else floor(extract(epoch from now - at)::float8 * rate + ${horizonMs}::int4 * rate / 1000.0)::int + 1 end as free
    from slot`;
}

/** Locks buyers that wait for room, the longest due first; those that another worker has in hand are passed over. */
export function lockWaiting(sql: Sql, room: ReadonlyMap<string, number>, limit: number) {
  return sql<BuyerRow[]>`
    select b.* from unnest(${texts([...room.keys()])}::text[], ${plain([...room.values()])}::int4[]) as c(channel, most)
    cross join lateral (
      select shop_id, id, platform_id, bucket, profile, wake_at, touched, waits_for from buyers
      where waits_for is not null and waits_for = c.channel order by waits_since limit least(c.most, ${limit}) for update skip locked) b
    limit ${limit}`;
}

export type Wait = {
  readonly shop: string;
  readonly id: string;
  readonly channel: string;
  /** When the send was due. */
  readonly since: number;
  /** When there is something to decide whether or not there is room. */
  readonly until: number;
  /** The reminders that are to be sent, and of which orders. */
  readonly sends: readonly { readonly id: string; readonly orders: readonly string[] }[];
};

/** Buyers whose send finds no room under its channel's rate wait for their turn. The caller holds their locks. */
export async function waitForRoom(sql: Sql, buyers: readonly Wait[]): Promise<void> {
  const sends = buyers.flatMap(({ shop, sends }) => sends.map((send) => ({ shop, ...send })));
  await Promise.all([queueUp(sql, buyers).execute(), sends.length === 0 ? null : intend(sql, sends).execute()]);
}

/** What was intended before, for orders that left meanwhile, stays so. */
function intend(sql: Sql, sends: readonly { shop: string; id: string; orders: readonly string[] }[]) {
  return sql`
    update reminders r set intended = array(select distinct unnest(coalesce(r.intended, '{}') || n.orders::text[]))
    from unnest(${texts(sends.map(({ shop }) => shop))}::text[], ${plain(sends.map(({ id }) => id))}::uuid[],
      ${texts(sends.map(({ orders }) => texts(orders)))}::text[]) as n(shop_id, id, orders)
    where r.shop_id = n.shop_id and r.id = n.id and not coalesce(r.intended, '{}') @> n.orders::text[]`;
}

function queueUp(sql: Sql, buyers: readonly Wait[]) {
  return sql`
    update buyers b set waits_for = n.channel, waits_since = n.since, wake_at = n.until
    from unnest(${texts(buyers.map(({ shop }) => shop))}::text[], ${plain(buyers.map(({ id }) => id))}::uuid[],
      ${texts(buyers.map(({ channel }) => channel))}::text[], ${instants(buyers.map(({ since }) => since))}::timestamptz[],
      ${instants(buyers.map(({ until }) => until))}::timestamptz[]) as n(shop_id, id, channel, since, until)
    where b.shop_id = n.shop_id and b.id = n.id`;
}

/** Whoever waits for a channel that has no rate any more, or is gone, is due at once. */
export async function endWaits(sql: Sql, withRate: readonly string[], limit: number): Promise<void> {
  await sql`
    with recursive seen as (
      (select waits_for from buyers where waits_for is not null order by waits_for limit 1)
      union all
      select (select b.waits_for from buyers b where b.waits_for > seen.waits_for order by b.waits_for limit 1)
      from seen where seen.waits_for is not null),
    freed as (
      select b.shop_id, b.id from seen cross join lateral (
        select shop_id, id from buyers where waits_for is not null and waits_for = seen.waits_for
        order by waits_since limit ${limit} for update skip locked) b
      where seen.waits_for <> all(${texts(withRate)}::text[]))
    update buyers b set wake_at = b.waits_since, waits_for = null, waits_since = null
    from freed f where b.shop_id = f.shop_id and b.id = f.id`;
}

/** Puts off buyers that cannot be decided; one that somebody else decided meanwhile, and is due no more, stays as it is. */
export function putOff(sql: Sql, buyers: readonly { shop: string; id: string }[], until: number) {
  return sql`
    update buyers b set wake_at = ${new Date(until)}, waits_for = null, waits_since = null
    from unnest(${texts(buyers.map(({ shop }) => shop))}::text[], ${plain(buyers.map(({ id }) => id))}::uuid[]) as n(shop_id, id)
    where b.shop_id = n.shop_id and b.id = n.id and (b.wake_at <= dunlin_now() or b.waits_for is not null)`;
}

export type Slots = { readonly granted: number; readonly startsAt: number; readonly endsAt: number };

/**
 * Takes up to `want` of a channel's slots, spaced 1/rate apart, that begin within `horizonMs` from now. One row a channel, so the
 * rate holds across all processes, to the slot.
 */
export async function takeSlots(
  sql: Sql,
  channel: string,
  want: number,
  rate: number,
  horizonMs: number,
): Promise<Slots> {
  const [row] = await sql<{ granted: number; starts_at: number; ends_at: number }[]>`
    select granted, starts_at, ends_at from dunlin_take_slots(${channel}, ${want}::int4, ${rate}::float8, ${horizonMs}::int4)`;
  return { granted: row?.granted ?? 0, startsAt: row?.starts_at ?? 0, endsAt: row?.ends_at ?? 0 };
}

export type Outcome = {
  readonly shop: string;
  readonly deliveryId: string;
  readonly reminderId: string;
  readonly state: "accepted" | "failed-permanent" | "failed-transient" | "unknown";
  readonly template: string | null;
  readonly templateVersion: string | null;
  readonly messageId: string | null;
  readonly segments: number | null;
  readonly costMicros: number | null;
  readonly costCurrency: string | null;
  readonly code: string | null;
  readonly message: string | null;
  /** What becomes of the reminder. */
  readonly reminder: "sent" | "sending" | "skipped";
  readonly reason: string | null;
  /** ms from the database's now, when it is tried again, on which channel. */
  readonly retryInMs: number | null;
  readonly retryChannel: string | null;
};

/**
 * Writes outcomes of claimed deliveries, `late` also of those that the rescue gave up meanwhile, and returns how many it wrote. Idempotent:
 * an outcome that was written before, and whose commit went unheard, touches its reminder no more, which may be under way again.
 */
export async function recordOutcomes(sql: Sql, rows: readonly Outcome[], late: boolean): Promise<number> {
  const states = late ? ["claimed", "unknown"] : ["claimed"];
  const written = await sql`
    with n as (
      select * from unnest(${texts(rows.map((r) => r.shop))}::text[], ${plain(rows.map((r) => r.deliveryId))}::uuid[],
        ${plain(rows.map((r) => r.state))}::text[], ${texts(rows.map((r) => r.template))}::text[],
        ${texts(rows.map((r) => r.templateVersion))}::text[], ${texts(rows.map((r) => r.messageId))}::text[], ${plain(rows.map((r) => r.segments))}::int4[],
        ${plain(rows.map((r) => r.costMicros))}::int8[], ${texts(rows.map((r) => r.costCurrency))}::text[],
        ${texts(rows.map((r) => r.code))}::text[], ${texts(rows.map((r) => r.message))}::text[],
        ${plain(rows.map((r) => r.reminderId))}::uuid[], ${plain(rows.map((r) => r.reminder))}::text[],
        ${texts(rows.map((r) => r.reason))}::text[], ${plain(rows.map((r) => r.retryInMs))}::float8[],
        ${texts(rows.map((r) => r.retryChannel))}::text[])
        as n(shop_id, id, state, template, template_version, message_id, segments, cost_micros, cost_currency, code, message,
          reminder_id, reminder_state, reason, retry_in, retry_channel)),
    written as (
      update deliveries d set state = n.state, finished_at = dunlin_now(), template = n.template,
        template_version = n.template_version, message_id = n.message_id, segments = n.segments, cost_micros = n.cost_micros, cost_currency = n.cost_currency, code = n.code, message = n.message
      from n where d.shop_id = n.shop_id and d.id = n.id and d.state = any(${plain(states)}::text[]) returning d.shop_id, d.id)
    update reminders r set state = n.reminder_state, reason = n.reason, retry_channel = n.retry_channel,
      retry_at = case when n.retry_in is null then null else dunlin_now() + n.retry_in * interval '1 millisecond' end
    from n join written w on w.shop_id = n.shop_id and w.id = n.id
    where r.shop_id = n.shop_id and r.id = n.reminder_id and (r.state = 'sending' or r.reason = 'unknown_outcome')`;
  return written.count;
}

/** The reminders of claims whose lease ran out. */
export function findExpired(sql: Sql, limit: number) {
  return sql<{ shop: string; id: string }[]>`
    select shop_id as shop, reminder_id as id from deliveries where state = 'claimed' and lease_until < (select dunlin_now())
    order by lease_until limit ${limit}`;
}

/** Those claims of these reminders become `unknown`; returns how many. */
export async function giveUpExpired(
  sql: Sql,
  reminders: readonly { readonly shop: string; readonly id: string }[],
  state: string,
  reason: string,
): Promise<number> {
  const rows = await sql`
    with expired as (
      select d.shop_id, d.id
      from unnest(${texts(reminders.map(({ shop }) => shop))}::text[], ${plain(reminders.map(({ id }) => id))}::uuid[]) as n(shop_id, id)
      join deliveries d on d.shop_id = n.shop_id and d.reminder_id = n.id
      where d.state = 'claimed' and d.lease_until < (select dunlin_now()) for update of d skip locked),
    given_up as (
      update deliveries d set state = ${state}, finished_at = dunlin_now(), code = 'lease_expired',
        message = 'the worker that claimed it did not say what became of it'
      from expired e where d.shop_id = e.shop_id and d.id = e.id and d.state = 'claimed' returning d.shop_id, d.reminder_id)
    update reminders r set state = 'skipped', reason = ${reason}
    from given_up g where r.shop_id = g.shop_id and r.id = g.reminder_id and r.state = 'sending' returning r.id`;
  return rows.length;
}

export type RetryRow = {
  readonly shop_id: string;
  readonly id: string;
  readonly buyer_id: string;
  readonly case_id: string;
  readonly campaign: string;
  readonly step: string;
  readonly variant: string | null;
  readonly orders: string[];
  readonly due_at: number;
  readonly decided_at: number;
  readonly latest: number | null;
  readonly retry_channel: string;
  readonly attempts: number;
  readonly channel_attempts: number;
  /** The delivery of the first of them. */
  readonly first_delivery: string | null;
};

export type RetryKey = { readonly shop_id: string; readonly id: string; readonly buyer_id: string };

/** Reminders that are to be tried again now; nothing is locked yet. */
export function findRetries(sql: Sql, limit: number) {
  return sql<RetryKey[]>`
    select shop_id, id, buyer_id from reminders where retry_at <= (select dunlin_now()) order by retry_at limit ${limit}`;
}

/** Puts off reminders that cannot be judged, counted from the database's now. */
export function putOffRetries(sql: Sql, keys: readonly RetryKey[], ms: number) {
  return sql`
    update reminders r set retry_at = dunlin_now() + ${ms} * interval '1 ms'
    from unnest(${texts(keys.map((key) => key.shop_id))}::text[], ${plain(keys.map((key) => key.id))}::uuid[]) as n(shop_id, id)
    where r.shop_id = n.shop_id and r.id = n.id and r.retry_at is not null`;
}

/** Locks those of the buyers that nobody else has in hand. */
export function lockFreeBuyers(sql: Sql, keys: readonly { shop: string; id: string }[]) {
  return sql<BuyerRow[]>`
    select b.shop_id, b.id, b.platform_id, b.bucket, b.profile, b.wake_at, b.touched, b.waits_for
    from unnest(${texts(keys.map(({ shop }) => shop))}::text[], ${plain(keys.map(({ id }) => id))}::uuid[]) as n(shop_id, id)
    join buyers b on b.shop_id = n.shop_id and b.id = n.id order by b.shop_id, b.id for update of b skip locked`;
}

/** The reminders of locked buyers that are to be tried again now, in the order of their plan. */
export function dueRetries(sql: Sql, buyers: readonly BuyerRow[]) {
  return sql<RetryRow[]>`
    select r.shop_id, r.id, r.buyer_id, r.case_id, r.campaign, r.step, r.variant, r.orders, r.due_at, r.decided_at,
      (r.plan ->> 'latest')::float8 as latest, r.retry_channel,
      (select count(*)::int from deliveries d where d.shop_id = r.shop_id and d.reminder_id = r.id) as attempts,
      (select count(*)::int from deliveries d where d.shop_id = r.shop_id and d.reminder_id = r.id
        and d.channel = r.retry_channel) as channel_attempts,
      (select d.id from deliveries d where d.shop_id = r.shop_id and d.reminder_id = r.id and d.channel = r.retry_channel
        order by d.attempt limit 1) as first_delivery
    from unnest(${texts(buyers.map((b) => b.shop_id))}::text[], ${plain(buyers.map((b) => b.id))}::uuid[]) as n(shop_id, id)
    join reminders r on r.shop_id = n.shop_id and r.buyer_id = n.id
    where r.state = 'sending' and r.retry_at <= (select dunlin_now()) order by r.due_at, r.id`;
}

/** Has buyers planned anew, as of their next look. The caller holds their locks. */
export function planAnew(sql: Sql, buyers: readonly { shop: string; id: string }[]) {
  return sql`
    update buyers b set touched = true, wake_at = dunlin_now()
    from unnest(${texts(buyers.map(({ shop }) => shop))}::text[], ${plain(buyers.map(({ id }) => id))}::uuid[]) as n(shop_id, id)
    where b.shop_id = n.shop_id and b.id = n.id`;
}

/** Has the buyers planned anew whose plan keeps a distance to one of these reminders, which failed. The caller holds their locks. */
export function planAnewWithout(sql: Sql, failed: readonly { shop: string; reminderId: string }[]) {
  return sql`
    update buyers b set touched = true, wake_at = dunlin_now()
    from unnest(${texts(failed.map(({ shop }) => shop))}::text[], ${plain(failed.map((r) => r.reminderId))}::uuid[]) as n(shop_id, id)
    join reminders f on f.shop_id = n.shop_id and f.id = n.id
    where b.shop_id = f.shop_id and b.id = f.buyer_id and exists (
      select from reminders r where r.shop_id = f.shop_id and r.buyer_id = f.buyer_id and r.state = 'planned'
        and (r.reason in ('gap', 'recent') or r.plan -> 'moves' @> '[{"rule": "gap"}]'))`;
}

export type RetryWrite = {
  readonly shop: string;
  readonly reminderId: string;
  readonly state: "sending" | "skipped";
  readonly reason: string | null;
  readonly retryAt: number | null;
  readonly orders: readonly string[];
  readonly decidedAt: number | null;
};

/** Writes what was judged of reminders to be tried again. */
export function writeRetries(sql: Sql, rows: readonly RetryWrite[]) {
  return sql`
    update reminders r set state = n.state, reason = n.reason, retry_at = n.retry_at, orders = n.orders::text[],
      attributed_until = r.attributed_until + (coalesce(n.decided_at, r.decided_at) - r.decided_at),
      decided_at = coalesce(n.decided_at, r.decided_at)
    from unnest(${texts(rows.map((r) => r.shop))}::text[], ${plain(rows.map((r) => r.reminderId))}::uuid[],
      ${plain(rows.map((r) => r.state))}::text[], ${texts(rows.map((r) => r.reason))}::text[],
      ${texts(rows.map((r) => (r.retryAt === null ? null : new Date(r.retryAt).toISOString())))}::timestamptz[],
      ${texts(rows.map((r) => texts(r.orders)))}::text[],
      ${texts(rows.map((r) => (r.decidedAt === null ? null : new Date(r.decidedAt).toISOString())))}::timestamptz[])
      as n(shop_id, id, state, reason, retry_at, orders, decided_at)
    where r.shop_id = n.shop_id and r.id = n.id and r.state = 'sending'`;
}

export type AttemptWrite = {
  readonly shop: string;
  readonly id: string;
  readonly reminderId: string;
  readonly channel: string;
  readonly attempt: number;
  readonly campaignVersion: string;
  readonly variant: string | null;
};

/** The ledger rows of further attempts, claimed at `now`. */
export function insertAttempts(sql: Sql, rows: readonly AttemptWrite[], now: number, leaseMs: number) {
  return sql`
    insert into deliveries (shop_id, id, reminder_id, channel, attempt, state, claimed_at, lease_until, campaign_version, variant)
    select n.shop_id, n.id, n.reminder_id, n.channel, n.attempt, 'claimed', ${new Date(now)}, ${new Date(now + leaseMs)}, n.version,
      n.variant
    from unnest(${texts(rows.map((r) => r.shop))}::text[], ${plain(rows.map((r) => r.id))}::uuid[],
      ${plain(rows.map((r) => r.reminderId))}::uuid[], ${texts(rows.map((r) => r.channel))}::text[],
      ${plain(rows.map((r) => r.attempt))}::int4[], ${texts(rows.map((r) => r.campaignVersion))}::text[],
      ${texts(rows.map((r) => r.variant))}::text[]) as n(shop_id, id, reminder_id, channel, attempt, version, variant)`;
}
