/** The queue before a channel: the buyers that wait for it, and the slots under its rate limit. */
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";
import { float8, instant, int4, rowSet, text, uuid } from "../../rows.ts";
import { BUYER_COLUMNS, type BuyerRow } from "../buyers/loaded-buyer.ts";
import { type Exposure, insertExposures } from "../buyers/write/exposures.ts";

type QueuedChannel = { readonly name: string; readonly rate: number | null };

const queuedChannels = rowSet<QueuedChannel>({
  name: text(({ name }) => name),
  rate: float8(({ rate }) => rate),
});

/** `free`: how many slots `takeSlots` would grant now; null: the channel has no rate limit. */
export type ChannelQueue = { readonly channel: string; readonly waiting: boolean; readonly free: number | null };

/** For each channel: whether buyers wait for it, and its free slots. */
export function lookAtQueues(sql: Sql, channels: readonly QueuedChannel[], horizonMs: number) {
  const horizon = sql`${horizonMs} * interval '1 millisecond'`;
  return sql<ChannelQueue[]>`
    with channel as (
      select n.name, n.rate, s.next_at, dunlin_now() as now from ${queuedChannels.rows(sql, channels)}
      left join channel_slots s on s.channel = n.name and n.rate is not null),
    slot as (
      select name, rate, now, case when next_at > now + 2 * ${horizon} + interval '1 second' / rate then now + ${horizon}
        else greatest(next_at, now) end as at from channel)
    select name as channel,
      (select b.waits_for from buyers b where b.waits_for is not null and b.waits_for = slot.name limit 1) is not null as waiting,
      case when rate is null then null when at > now + ${horizon} then 0
        else floor(extract(epoch from now - at)::float8 * rate + ${horizonMs}::int4 * rate / 1000.0)::int + 1 end as free
    from slot`;
}

/** Room for so many sends of a channel. `after`: the shop that was served last, when there were too many shops for all of them. */
export type Room = { readonly channel: string; readonly slots: number; readonly after: string };

const roomRows = rowSet<Room>({
  channel: text(({ channel }) => channel),
  slots: int4(({ slots }) => slots),
  after: text(({ after }) => after),
});

/**
 * Locks buyers that wait for these channels, as many as each has room for: of each shop the same number, those that are due longest. If more
 * shops wait than there is room for, it takes one buyer of each of the next ones; after the last shop comes the first. It skips those that another worker has locked.
 */
export function lockWaiting(sql: Sql, rooms: readonly Room[], limit: number) {
  return sql<BuyerRow[]>`
    with recursive shop as (
      select n.channel, n.slots, next.shop_id, 1 as place from ${roomRows.rows(sql, rooms)} cross join lateral (
        select shop_id from (
          (select 1 as round, shop_id from buyers where waits_for is not null and waits_for = n.channel and shop_id > n.after
            order by shop_id limit 1)
          union all
          (select 2, shop_id from buyers where waits_for is not null and waits_for = n.channel order by shop_id limit 1)) found
        order by round limit 1) next
      union all
      select shop.channel, shop.slots, next.shop_id, place + 1 from shop cross join lateral (
        select shop_id from buyers where waits_for is not null and waits_for = shop.channel and shop_id > shop.shop_id
        order by shop_id limit 1) next
      where place < slots),
    share as (select *, least(greatest(1, slots / count(*) over (partition by channel)), ${limit}) as size from shop)
    select waiting.* from share cross join lateral (
      select ${sql.unsafe(BUYER_COLUMNS)} from buyers b
      where b.waits_for is not null and b.waits_for = share.channel and b.shop_id = share.shop_id
      order by b.waits_since limit share.size for update skip locked) waiting
    limit ${limit}`;
}

export type Wait = {
  readonly shop: string;
  readonly id: string;
  readonly channel: string;
  /** When the send was due. */
  readonly since: number;
  /** When there is something to decide, with a slot or without. */
  readonly until: number;
  /** The sends that wait count as treated from now on, sent or not. */
  readonly exposures: readonly Exposure[];
};

const waits = rowSet<Wait>(
  {
    shop_id: text(({ shop }) => shop),
    id: uuid(({ id }) => id),
  },
  {
    waits_for: text(({ channel }) => channel),
    waits_since: instant(({ since }) => since),
    wake_at: instant(({ until }) => until),
  },
);

/** Queues buyers whose send found its channel full, or over its rate limit. The caller holds their locks. */
export async function waitForRoom(sql: Sql, buyers: readonly Wait[]): Promise<void> {
  const exposures = buyers.flatMap((buyer) => buyer.exposures);
  await Promise.all([queueUp(sql, buyers).execute(), insertExposures(sql, exposures)?.execute()]);
}

function queueUp(sql: Sql, buyers: readonly Wait[]) {
  return sql`
    update buyers b set ${waits.set(sql)}
    from ${waits.rows(sql, buyers)}
    where b.shop_id = n.shop_id and b.id = n.id`;
}

/** Makes buyers due at once that wait for a channel which is not configured any more. */
export async function endWaits(sql: Sql, configured: readonly string[], limit: number): Promise<void> {
  await sql`
    with recursive seen as (
      (select waits_for from buyers where waits_for is not null order by waits_for limit 1)
      union all
      select (select b.waits_for from buyers b where b.waits_for > seen.waits_for order by b.waits_for limit 1)
      from seen where seen.waits_for is not null),
    freed as (
      select b.shop_id, b.id from seen cross join lateral (
        select shop_id, id from buyers where waits_for is not null and waits_for = seen.waits_for
        limit ${limit} for update skip locked) b
      where seen.waits_for <> all(${texts(configured)}::text[]))
    update buyers b set wake_at = b.waits_since, waits_for = null, waits_since = null
    from freed f where b.shop_id = f.shop_id and b.id = f.id`;
}

/** Epoch ms, to the microsecond: times rounded to ms contradict each other, and the clock of slots would forget what it knew. `now`: when they were granted. */
export type Slots = { readonly granted: number; readonly startsAt: number; readonly now: number };

/**
 * Takes up to `want` of a channel's slots, spaced 1/rate apart, that begin within `horizonMs` from now. There is one row for each channel,
 * so the rate limit holds across all processes, to the slot.
 */
export async function takeSlots(
  sql: Sql,
  channel: string,
  want: number,
  rate: number,
  horizonMs: number,
): Promise<Slots> {
  const [row] = await sql<Slots[]>`
    select granted, extract(epoch from starts_at)::float8 * 1000 as "startsAt", extract(epoch from dunlin_now())::float8 * 1000 as now
    from dunlin_take_slots(${channel}, ${want}::int4, ${rate}::float8, ${horizonMs}::int4)`;
  return row ?? { granted: 0, startsAt: 0, now: 0 };
}
