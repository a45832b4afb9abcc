/** Reads everything that is stored of one order, without contact or name; the buyer is the platform's id. */

import type { EventType, OrderPayload } from "../../../core/order/event.ts";
import type { Parts } from "../../../core/order/payments.ts";
import type { Warning } from "../../../core/order/warnings.ts";
import type { LookupEnd } from "../../../core/receipts/lookup.ts";
import type { Move } from "../../../core/rules/plan.ts";
import type { Reason } from "../../../core/values/reason.ts";
import type { Sql } from "../../client.ts";
import { plain } from "../../columns.ts";
import { methodNameOf } from "../../keys.ts";
import { inTransaction } from "../../transaction.ts";
import { personColumns } from "../buyers/adopt.ts";
import { isBilled } from "./billed.ts";
import type { DeliveryState } from "./listing-store.ts";
import { type ReminderState, stateOf } from "./reminder-state.ts";

export type OrderFacts = {
  readonly now: number;
  readonly number: string | null;
  readonly buyer_id: string | null;
  readonly platform_id: string | null;
  /** The buyer's own zone; null: not known. */
  readonly time_zone: string | null;
  readonly case_id: string | null;
  readonly in_case: boolean;
  readonly status: "unpaid" | "paid" | "closed";
  readonly amount: number | null;
  readonly currency: string | null;
  readonly created_at: number | null;
  readonly closes_at: number | null;
  readonly chase_from: number | null;
  readonly cash_on_delivery: boolean;
  readonly paid_at: number | null;
  readonly refunded_at: number | null;
  readonly closed_at: number | null;
  readonly told_at: number | null;
  readonly seen_at: number;
  readonly close_reason: string | null;
  readonly payment_method: string | null;
  readonly shipped: boolean;
  readonly parts: Parts | null;
};

export type EventFacts = {
  readonly id: string;
  readonly type: EventType;
  readonly occurred_at: number;
  readonly received_at: number;
  readonly told: OrderPayload & { readonly warnings?: readonly Warning[] };
};

/** Epoch ms. */
export type PromiseFacts = {
  readonly at: number;
  readonly recordedAt: number;
  readonly reason: string | null;
  readonly by: string | null;
};

export type CaseFacts = {
  readonly id: string;
  readonly opened_at: number;
  readonly ended_at: number | null;
  readonly campaign: string | null;
  readonly manual: boolean;
  readonly manual_at: number | null;
  readonly kept_at: number | null;
  readonly back_at: number | null;
  readonly promise: PromiseFacts | null;
  readonly whole_reason: Reason | null;
  readonly whole_at: number | null;
  readonly orders: readonly string[];
  /** Whether the close of any of them is known. */
  readonly closes: boolean;
};

export type ReminderFacts = {
  readonly id: string;
  readonly case_id: string;
  readonly campaign: string | null;
  readonly campaign_version: string | null;
  readonly step: string | null;
  readonly variant: string | null;
  readonly kind: "send" | "skip";
  readonly state: ReminderState;
  readonly reason: Reason | null;
  readonly due_at: number;
  readonly decided_at: number | null;
  readonly orders: readonly string[];
  readonly plan: {
    readonly index: number;
    readonly anchor: number;
    readonly latest: number | null;
    readonly owed: readonly { readonly order: string; readonly own: number }[];
    readonly moves: readonly Move[];
  } | null;
  /** Whether its campaign, its shop or the channel that it waits for is paused. */
  readonly paused: boolean;
  /** The paused payment method of one of its orders, and why it paused itself; null: none is paused. */
  readonly held_method: string | null;
  readonly held_why: string | null;
  readonly retry_at: number | null;
  readonly retry_channel: string | null;
};

export type DeliveryFacts = {
  readonly id: string;
  readonly reminder_id: string;
  readonly channel: string;
  readonly attempt: number;
  readonly state: DeliveryState;
  readonly claimed_at: number;
  readonly finished_at: number | null;
  readonly delivered_at: number | null;
  readonly campaign_version: string | null;
  readonly variant: string | null;
  readonly template: string | null;
  readonly template_version: string | null;
  readonly message_id: string | null;
  readonly segments: number | null;
  readonly cost_micros: number | null;
  readonly cost_currency: string | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly lookup: LookupEnd | null;
  /** Whether the provider is still to be asked about it. */
  readonly asks: boolean;
  readonly sealed_text: Buffer | null;
};

export type RecoveryFacts = {
  readonly reminder_id: string;
  readonly amount: number;
  readonly currency: string;
  readonly reminded_at: number;
  readonly paid_at: number;
};

export type StoredStory = {
  readonly order: OrderFacts;
  readonly events: readonly EventFacts[];
  readonly cases: readonly CaseFacts[];
  readonly reminders: readonly ReminderFacts[];
  readonly deliveries: readonly DeliveryFacts[];
  readonly recovery: RecoveryFacts | null;
};

/**
 * Reads the order, the reminders that name it, and the other reminders of its case, all in one snapshot. null: the order is unknown. Every
 * statement uses an index.
 */
export function loadStory(pool: Sql, shop: string, id: string): Promise<StoredStory | null> {
  return inTransaction(pool, (sql) => storyIn(sql, shop, id), "isolation level repeatable read read only");
}

async function storyIn(sql: Sql, shop: string, id: string): Promise<StoredStory | null> {
  const [order] = await sql<OrderFacts[]>`
    select dunlin_now() as now, o.number, o.buyer_id, b.platform_id, b.profile #>> '{timeZone,0}' as time_zone, o.case_id, o.in_case, o.status,
      o.amount, o.currency, o.created_at, o.closes_at, o.chase_from, o.cash_on_delivery, o.paid_at, o.refunded_at, o.closed_at,
      o.told_at, o.seen_at, o.details ->> 'closeReason' as close_reason, o.details ->> 'paymentMethod' as payment_method,
      coalesce((o.details ->> 'shipped')::boolean, false) as shipped, o.details -> 'parts' as parts
    from orders o left join buyers b on b.shop_id = o.shop_id and b.id = o.buyer_id
    where o.shop_id = ${shop} and o.id = ${id}`;
  if (order === undefined) return null;
  const [events, reminders, recoveries] = await Promise.all([
    sql<EventFacts[]>`
      select id, type, occurred_at, received_at, told from order_events
      where shop_id = ${shop} and order_id = ${id} order by occurred_at, id collate "C"`,
    sql<ReminderFacts[]>`
      select id, case_id, campaign, campaign_version, step, variant, kind, ${stateOf(sql)} as state, reason, due_at, decided_at, orders, plan,
        retry_at, retry_channel, exists (select from campaigns c where c.key = campaign and c.paused_at is not null) or exists (
          select from pauses p where (p.kind = 'shop' and p.name = r.shop_id) or (p.kind = 'channel' and p.name = coalesce(retry_channel,
            (select b.waits_for from buyers b where b.shop_id = r.shop_id and b.id = r.buyer_id)))) as paused, held.method as held_method, held.why as held_why
      from reminders r
      left join lateral (
        select o.details ->> 'paymentMethod' as method, p.reason as why from orders o
        join pauses p on p.kind = 'payment_method'
          and p.name = ${methodNameOf(sql, "o", sql`o.details ->> 'paymentMethod'`)}
        where o.shop_id = r.shop_id and o.id = any(r.orders) order by o.id limit 1) held on true
      where shop_id = ${shop} and buyer_id = ${order.buyer_id}
        and (${id} = any(orders) or case_id = ${order.case_id})
      order by coalesce(decided_at, due_at), (plan ->> 'index')::int nulls first, id`,
    sql<RecoveryFacts[]>`
      select v.reminder_id, v.amount, v.currency, v.reminded_at, v.paid_at from recoveries v
      join reminders r on r.shop_id = v.shop_id and r.id = v.reminder_id and r.state = 'sent'
      where v.shop_id = ${shop} and v.order_id = ${id}`,
  ]);
  const caseIds = [
    ...new Set([...reminders.map(({ case_id }) => case_id), ...(order.case_id === null ? [] : [order.case_id])]),
  ];
  const [cases, deliveries] = await Promise.all([
    sql<CaseFacts[]>`
      select c.id, c.opened_at, c.ended_at, c.campaign, ${personColumns(sql)}, c.kept_at, c.whole_reason, c.whole_at,
        array(select o.id from orders o where o.shop_id = c.shop_id and o.buyer_id = c.buyer_id and o.case_id = c.id order by o.created_at, o.id) as orders,
        exists (select from orders o where o.shop_id = c.shop_id and o.buyer_id = c.buyer_id and o.case_id = c.id and o.closes_at is not null) as closes,
        (select json_build_object('at', extract(epoch from p.at) * 1000, 'recordedAt', extract(epoch from p.recorded_at) * 1000,
            'reason', p.reason, 'by', p.recorded_by)
          from promises p where p.shop_id = c.shop_id and p.case_id = c.id order by p.recorded_at desc, p.id desc limit 1) as promise
      from cases c where c.shop_id = ${shop} and c.id = any(${plain(caseIds)}::uuid[]) order by c.opened_at, c.id`,
    sql<DeliveryFacts[]>`
      select id, reminder_id, channel, attempt, state, claimed_at, finished_at, delivered_at, campaign_version, variant,
        template, template_version, message_id, segments,
        case when ${isBilled(sql)} then cost_micros end as cost_micros, cost_currency, code, message, sealed_text, lookup,
        exists (select from lookups l where l.shop_id = d.shop_id and l.delivery_id = d.id) as asks
      from deliveries d where shop_id = ${shop} and reminder_id = any(${plain(reminders.map((row) => row.id))}::uuid[]) order by claimed_at, id`,
  ]);
  return { order, events, cases, reminders, deliveries, recovery: recoveries[0] ?? null };
}
