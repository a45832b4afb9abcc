/** Finds the deliveries that receipts are about, and writes what the receipts say. */
import type { DeliveryState, ReceiptFacts } from "../../../core/receipts/facts.ts";
import type { Sql } from "../../client.ts";
import type { Key } from "../../keys.ts";
import { instant, int4, int8, jsonb, rowSet, text, uuid, word } from "../../rows.ts";

export type Named = {
  readonly index: number;
  readonly channel: string;
  /** A UUID. */
  readonly deliveryId: string | null;
  readonly messageId: string | null;
};

const named = rowSet<Named>({
  i: int4(({ index }) => index),
  channel: text(({ channel }) => channel),
  delivery_id: uuid(({ deliveryId }) => deliveryId),
  message_id: text(({ messageId }) => messageId),
});

export type Matched = {
  readonly index: number;
  readonly shop: string;
  readonly id: string;
  readonly reminder_id: string;
  /** null: another transaction holds the delivery. */
  readonly state: DeliveryState | null;
  readonly facts: ReceiptFacts | null;
};

/**
 * The idempotency key is the id of the first attempt on a channel; of several attempts there the receipt is about the one that stands, else about
 * the last one. Locks the deliveries that nobody holds.
 */
export function matchReceipts(tx: Sql, rows: readonly Named[]) {
  return tx<Matched[]>`
    with n as (select * from ${named.rows(tx, rows)}),
    found as (
      select n.i, n.channel, d.shop_id, d.reminder_id from n join deliveries d on d.id = n.delivery_id and d.channel = n.channel
      union
      select n.i, n.channel, d.shop_id, d.reminder_id from n
      join message_ids m on m.channel = n.channel and m.message_id = n.message_id
      join deliveries d on d.shop_id = m.shop_id and d.id = m.delivery_id),
    target as (
      select distinct on (f.i) f.i, a.shop_id, a.id, a.reminder_id from found f cross join lateral (
        select d.shop_id, d.id, d.reminder_id from deliveries d
        where d.shop_id = f.shop_id and d.reminder_id = f.reminder_id and d.channel = f.channel
        order by (d.state in ('claimed', 'accepted', 'unknown')) desc, d.id desc limit 1) a
      order by f.i, a.id),
    locked as (
      select d.shop_id, d.id, d.state, d.receipt from target t
      join deliveries d on d.shop_id = t.shop_id and d.id = t.id for no key update of d skip locked)
    select distinct on (t.i) t.i as index, t.shop_id as shop, t.id, t.reminder_id, l.state, l.receipt as facts
    from target t left join locked l on l.shop_id = t.shop_id and l.id = t.id order by t.i`;
}

/** The delivery as its receipts make it. null: it stays as it is. */
export type FactsWrite = Key & {
  readonly facts: ReceiptFacts;
  readonly state: DeliveryState | null;
  /** Replaced when `state` or the failure says so; see `settled`. */
  readonly code: string | null;
  readonly message: string | null;
  readonly settled: boolean;
  readonly segments: number | null;
  readonly costMicros: number | null;
  readonly costCurrency: string | null;
  /** The channel's price of a segment, for an accepted message that has no cost. */
  readonly priceMicros: number | null;
  readonly priceCurrency: string | null;
};

const facts = rowSet<FactsWrite>(
  {
    shop_id: text(({ shop }) => shop),
    id: uuid(({ id }) => id),
  },
  {
    receipt: jsonb((row) => row.facts),
    delivered_at: instant((row) => row.facts.deliveredAt ?? null),
    state: word(({ state }) => state),
    code: text(({ code }) => code),
    message: text(({ message }) => message),
    settled: word(({ settled }) => (settled ? "yes" : "no")),
    segments: int4(({ segments }) => segments),
    cost_micros: int8(({ costMicros }) => costMicros),
    cost_currency: text(({ costCurrency }) => costCurrency),
    price_micros: int8(({ priceMicros }) => priceMicros),
    price_currency: text(({ priceCurrency }) => priceCurrency),
  },
);

/** The caller holds the deliveries. */
export function writeFacts(tx: Sql, rows: readonly FactsWrite[]) {
  return tx`
    update deliveries d set receipt = n.receipt::jsonb, delivered_at = n.delivered_at, state = coalesce(n.state, d.state),
      sealed_message = case when n.state is null then d.sealed_message end,
      finished_at = coalesce(d.finished_at, case when n.state is not null then dunlin_now() end),
      code = case when n.settled = 'yes' then n.code else d.code end,
      message = case when n.settled = 'yes' then n.message else d.message end,
      segments = coalesce(n.segments, d.segments),
      cost_micros = coalesce(n.cost_micros, d.cost_micros,
        case when coalesce(n.state, d.state) = 'accepted' then n.price_micros * coalesce(n.segments, d.segments) end),
      cost_currency = coalesce(n.cost_currency, d.cost_currency,
        case when coalesce(n.state, d.state) = 'accepted' and coalesce(n.segments, d.segments) is not null then n.price_currency end)
    from ${facts.rows(tx, rows)}
    where d.shop_id = n.shop_id and d.id = n.id`;
}
