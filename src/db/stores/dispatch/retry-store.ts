/** Reminders whose attempt failed for the moment, and are to be retried. */
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";
import { type Key, uuidKeys } from "../../keys.ts";
import { instant, list, rowSet, text, uuid, word } from "../../rows.ts";
import { storedBuyers } from "../buyers/buyer-load.ts";
import { BUYER_COLUMNS, type BuyerRow } from "../buyers/loaded-buyer.ts";

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
  /** On that channel. */
  readonly channel_attempts: number;
  /** The delivery of the first of them. */
  readonly first_delivery: string | null;
  /** The delivery of unknown outcome that is to be repeated, with the number of its attempts; null: the last attempt failed. */
  readonly unknown_delivery: string | null;
  readonly unknown_attempt: number | null;
  readonly sealed_message: Buffer | null;
  readonly to_hash: Buffer | null;
};

export type RetryKey = { readonly shop_id: string; readonly id: string; readonly buyer_id: string };

const retryKeys = rowSet<RetryKey>({
  shop_id: text((key) => key.shop_id),
  id: uuid((key) => key.id),
});

/** Reminders whose retry is due, without those on channels that are `full`; nothing is locked yet. */
export function findRetries(sql: Sql, limit: number, full: ReadonlySet<string>) {
  return sql<RetryKey[]>`
    select shop_id, id, buyer_id from reminders
    where retry_at <= (select dunlin_now()) and retry_channel <> all(${texts([...full])}::text[])
    order by retry_at limit ${limit}`;
}

/** Puts off reminders that cannot be judged, counted from the database's now. */
export function putOffRetries(sql: Sql, keys: readonly RetryKey[], ms: number) {
  return sql`
    update reminders r set retry_at = dunlin_now() + ${ms} * interval '1 ms'
    from ${retryKeys.rows(sql, keys)}
    where r.shop_id = n.shop_id and r.id = n.id and r.retry_at is not null`;
}

/** Locks those of the buyers that no other worker has locked. */
export function lockFreeBuyers(sql: Sql, keys: readonly Key[]) {
  return sql<BuyerRow[]>`
    select ${sql.unsafe(BUYER_COLUMNS)}
    from ${uuidKeys.rows(sql, keys)}
    join buyers b on b.shop_id = n.shop_id and b.id = n.id order by b.shop_id, b.id for update of b skip locked`;
}

/** The reminders of locked buyers whose retry is due, in the order of their plan. */
export function dueRetries(sql: Sql, buyers: readonly BuyerRow[]) {
  return sql<RetryRow[]>`
    select r.shop_id, r.id, r.buyer_id, r.case_id, r.campaign, r.step, r.variant, r.orders, r.due_at, r.decided_at,
      (r.plan ->> 'latest')::float8 as latest, r.retry_channel,
      (select count(*)::int from deliveries d where d.shop_id = r.shop_id and d.reminder_id = r.id
        and d.channel = r.retry_channel) as channel_attempts,
      (select d.id from deliveries d where d.shop_id = r.shop_id and d.reminder_id = r.id and d.channel = r.retry_channel
        order by d.attempt limit 1) as first_delivery,
      u.id as unknown_delivery, u.attempt as unknown_attempt, u.sealed_message, u.to_hash
    from ${storedBuyers.rows(sql, buyers)}
    join reminders r on r.shop_id = n.shop_id and r.buyer_id = n.id
    left join lateral (
      select d.id, d.attempt, d.sealed_message, d.to_hash from deliveries d
      where d.shop_id = r.shop_id and d.reminder_id = r.id and d.standing limit 1) u on true
    where r.state = 'sending' and r.retry_at <= (select dunlin_now()) order by r.due_at, r.id`;
}

export type RetryWrite = {
  readonly shop: string;
  readonly reminderId: string;
  /** `sent`: it became a task of a person. */
  readonly state: "sending" | "sent" | "skipped";
  readonly reason: string | null;
  readonly retryAt: number | null;
  readonly orders: readonly string[];
  readonly decidedAt: number | null;
};

const retryWrites = rowSet<RetryWrite>({
  shop_id: text(({ shop }) => shop),
  id: uuid(({ reminderId }) => reminderId),
  state: word(({ state }) => state),
  reason: text(({ reason }) => reason),
  retry_at: instant(({ retryAt }) => retryAt),
  orders: list(({ orders }) => orders),
  decided_at: instant(({ decidedAt }) => decidedAt),
});

/** Writes the decisions about retries. */
export function writeRetries(sql: Sql, rows: readonly RetryWrite[]) {
  return sql`
    update reminders r set state = n.state, reason = n.reason, retry_at = n.retry_at, orders = n.orders::text[],
      retry_channel = case when n.state <> 'sent' then r.retry_channel end,
      attributed_until = r.attributed_until + (coalesce(n.decided_at, r.decided_at) - r.decided_at),
      decided_at = coalesce(n.decided_at, r.decided_at)
    from ${retryWrites.rows(sql, rows)}
    where r.shop_id = n.shop_id and r.id = n.id and r.state = 'sending'`;
}
