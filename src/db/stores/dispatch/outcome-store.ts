/** Records the outcome of attempts: the provider's answer, or that no answer came in time. */
import type { Sql } from "../../client.ts";
import { plain, texts } from "../../columns.ts";
import { type Key, uuidKeys } from "../../keys.ts";
import { bytea, type Columns, float8, int4, int8, rowSet, text, uuid, word } from "../../rows.ts";
import type { WishWrite } from "../buyers/wish-writer.ts";

export type Outcome = {
  readonly shop: string;
  readonly deliveryId: string;
  readonly reminderId: string;
  readonly channel: string;
  readonly state: "accepted" | "failed-permanent" | "failed-transient" | "unknown";
  readonly template: string | null;
  readonly templateVersion: string | null;
  readonly messageId: string | null;
  readonly segments: number | null;
  readonly costMicros: number | null;
  readonly costCurrency: string | null;
  readonly code: string | null;
  readonly message: string | null;
  /** The text, sealed; null: nothing was sent. */
  readonly sealedText: Buffer | null;
  /** The new state of the reminder. */
  readonly reminder: "sent" | "sending" | "skipped";
  readonly reason: string | null;
  /** When it is retried, ms from the database's now, and on which channel. */
  readonly retryInMs: number | null;
  readonly retryChannel: string | null;
  /** The addresses whose owner opted out at the provider, or that do not exist, as its answer says. */
  readonly wishes: readonly Omit<WishWrite, "at">[];
};

/** The columns of the delivery. */
export const OUTCOME: Columns<Outcome> = {
  state: word(({ state }) => state),
  template: text(({ template }) => template),
  template_version: text(({ templateVersion }) => templateVersion),
  message_id: text(({ messageId }) => messageId),
  segments: int4(({ segments }) => segments),
  cost_micros: int8(({ costMicros }) => costMicros),
  cost_currency: text(({ costCurrency }) => costCurrency),
  code: text(({ code }) => code),
  message: text(({ message }) => message),
  sealed_text: bytea(({ sealedText }) => sealedText),
};
/** The key of the delivery, and the columns of its reminder. */
const REMINDER: Columns<Outcome> = {
  shop_id: text(({ shop }) => shop),
  id: uuid(({ deliveryId }) => deliveryId),
  reminder_id: uuid(({ reminderId }) => reminderId),
  reminder_state: word(({ reminder }) => reminder),
  reason: text(({ reason }) => reason),
  retry_in: float8(({ retryInMs }) => retryInMs),
  retry_channel: text(({ retryChannel }) => retryChannel),
};
const outcomes = rowSet<Outcome>(REMINDER, OUTCOME);

/**
 * Writes outcomes of claimed deliveries, and returns how many it wrote. `late`: also of those that were given up meanwhile. Idempotent: an
 * outcome that was committed before, without the caller learning it, leaves its reminder alone, which may be on its way again.
 */
export async function recordOutcomes(sql: Sql, rows: readonly Outcome[], late: boolean): Promise<number> {
  const states = late ? ["claimed", "unknown"] : ["claimed"];
  const written = await sql`
    with n as (select * from ${outcomes.rows(sql, rows)}),
    written as (
      update deliveries d set ${outcomes.set(sql)}, finished_at = dunlin_now(),
        sealed_message = case when n.state = 'unknown' and n.reminder_state = 'sending' then d.sealed_message end
      from n where d.shop_id = n.shop_id and d.id = n.id and d.state = any(${plain(states)}::text[]) returning d.shop_id, d.id)
    update reminders r set state = n.reminder_state, reason = n.reason, retry_channel = n.retry_channel,
      retry_at = case when n.retry_in is null then null else dunlin_now() + n.retry_in * interval '1 millisecond' end
    from n join written w on w.shop_id = n.shop_id and w.id = n.id
    where r.shop_id = n.shop_id and r.id = n.reminder_id and (r.state = 'sending' or r.reason = 'unknown_outcome')`;
  return written.count;
}

/** Deletes up to `limit` leases that ran out and whose claims all have an outcome, as nearly all have. Returns how many. */
export async function endLeases(sql: Sql, limit: number): Promise<number> {
  const { count } = await sql`
    with over as (
      select id, shops, deliveries from leases where until < (select dunlin_now()) order by until limit ${limit} for update skip locked)
    delete from leases l using over where l.id = over.id and not exists (
      select from unnest(over.shops, over.deliveries) as n(shop_id, id)
      join deliveries d on d.shop_id = n.shop_id and d.id = n.id where d.state = 'claimed')`;
  return count;
}

/** The reminders of claims whose lease ran out. */
export function findExpired(sql: Sql, limit: number) {
  return sql<Key[]>`
    select d.shop_id as shop, d.reminder_id as id from leases l
    cross join unnest(l.shops, l.deliveries) as n(shop_id, id)
    join deliveries d on d.shop_id = n.shop_id and d.id = n.id
    where l.until < (select dunlin_now()) and d.state = 'claimed' and d.lease_until < (select dunlin_now())
    order by l.until limit ${limit}`;
}

export type GivenUp = Key & { readonly reminder_id: string; readonly state: string };

/**
 * Gives up the expired claims of these reminders; returns their deliveries. `repeated`: the channels that drop repetitions, on which a message that
 * is stored is sent again. While it is empty nothing was sent, and the reminder is retried.
 */
export async function giveUpExpired(
  sql: Sql,
  reminders: readonly Key[],
  { state, reason }: { readonly state: string; readonly reason: string },
  repeated: readonly string[],
): Promise<readonly GivenUp[]> {
  return await sql<GivenUp[]>`
    with expired as (
      select d.shop_id, d.id, coalesce(length(d.sealed_message) = 0, false) as unsent,
        coalesce(length(d.sealed_message) > 0, false) and d.channel = any(${texts(repeated)}::text[]) as again
      from ${uuidKeys.rows(sql, reminders)}
      join deliveries d on d.shop_id = n.shop_id and d.reminder_id = n.id
      where d.state = 'claimed' and d.lease_until < (select dunlin_now()) for update of d skip locked),
    given_up as (
      update deliveries d set state = case when e.unsent then 'failed-transient' else ${state} end, finished_at = dunlin_now(),
        code = 'lease_expired', sealed_message = case when e.again then d.sealed_message end,
        message = case when e.unsent then 'the worker that claimed it ended before it was sent'
          else 'the worker that claimed it reported no outcome' end
      from expired e where d.shop_id = e.shop_id and d.id = e.id and d.state = 'claimed'
      returning d.shop_id, d.id, d.reminder_id, d.state, case when e.unsent or e.again then d.channel end as next),
    ended as (
      update reminders r set state = case when g.next is null then 'skipped' else r.state end,
        reason = case when g.next is null then ${reason} end,
        retry_at = case when g.next is not null then dunlin_now() end, retry_channel = g.next
      from given_up g where r.shop_id = g.shop_id and r.id = g.reminder_id and r.state = 'sending')
    select shop_id as shop, id, reminder_id, state from given_up`;
}
