/**
 * Lists of cases, reminders and deliveries, a page at a time, newest first. Ids are UUIDv7, so they are in the order of time. A page reads
 * the primary key of each shop backwards, so an old page costs no more than a new one. The rows contain no contact data.
 */
import type { LookupEnd } from "../../../core/receipts/lookup.ts";
import type { Reason } from "../../../core/values/reason.ts";
import type { Sql } from "../../client.ts";
import { personColumns } from "../buyers/adopt.ts";
import { isBilled } from "./billed.ts";
import { all, type Condition, given } from "./conditions.ts";
import { inState, REMINDER_AT, type ReminderState, stateOf } from "./reminder-state.ts";
import { inWindows, type Window } from "./windows.ts";

export type ListFilter = {
  readonly shop?: string | null;
  readonly state?: string | null;
  readonly reason?: string | null;
  readonly campaign?: string | null;
  readonly step?: string | null;
  readonly channel?: string | null;
  /** The platform's id. */
  readonly buyer?: string | null;
  readonly order?: string | null;
  /** When a case opened, a reminder was decided or is due (REMINDER_AT), a delivery was claimed. */
  readonly windows?: readonly Window[];
};

/** `before`: the last id of the page before. `limit` is at least 1. */
export type ListPage = { readonly before: string | null; readonly limit: number };

export type CaseRow = {
  readonly shop: string;
  readonly id: string;
  readonly buyer: string | null;
  readonly state: "open" | "ended";
  readonly campaign: string | null;
  readonly manual: boolean;
  readonly manual_at: number | null;
  readonly back_at: number | null;
  readonly reason: Reason | null;
  readonly opened_at: number;
  readonly ended_at: number | null;
  readonly orders: readonly string[];
};

export type ReminderRow = {
  readonly shop: string;
  readonly id: string;
  readonly case_id: string;
  readonly buyer: string | null;
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
};

export type DeliveryState = "claimed" | "accepted" | "failed-permanent" | "failed-transient" | "unknown";

export type DeliveryRow = {
  readonly shop: string;
  readonly id: string;
  readonly reminder_id: string;
  readonly buyer: string | null;
  readonly campaign: string | null;
  readonly step: string | null;
  readonly orders: readonly string[];
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
};

/** The buyer with this platform id, or the buyer that it was merged into. */
const buyersOf = (sql: Sql, shop: string, platformId: string): Condition => sql`
  (select coalesce(a.merged_into, a.id) from buyers a where a.shop_id = ${sql.unsafe(shop)} and a.platform_id = ${platformId})`;

/** The shops to read: one index probe each. */
const shopsOf = (sql: Sql, shop: string | null | undefined): Condition =>
  shop != null
    ? sql`shops as (select ${shop}::text as shop_id)`
    : sql`
      seen as (
        (select shop_id from buyers order by shop_id limit 1)
        union all
        select (select b.shop_id from buyers b where b.shop_id > seen.shop_id order by b.shop_id limit 1)
        from seen where seen.shop_id is not null),
      shops as (select shop_id from seen where shop_id is not null)`;

export function findCases(sql: Sql, filter: ListFilter, { before, limit }: ListPage) {
  const { state, order } = filter;
  const where = all(sql, [
    given(before, (id) => sql`c.id < ${id}::uuid`),
    given(state, (value) => (value === "open" ? sql`c.ended_at is null` : sql`c.ended_at is not null`)),
    given(filter.reason, (reason) => sql`c.whole_reason = ${reason}`),
    given(filter.campaign, (campaign) => sql`c.campaign = ${campaign}`),
    given(
      filter.step,
      (step) => sql`exists (
      select from reminders r where r.shop_id = c.shop_id and r.buyer_id = c.buyer_id and r.case_id = c.id and r.step = ${step})`,
    ),
    given(
      filter.channel,
      (channel) => sql`exists (
      select from reminders r join deliveries d on d.shop_id = r.shop_id and d.reminder_id = r.id and d.channel = ${channel}
      where r.shop_id = c.shop_id and r.buyer_id = c.buyer_id and r.case_id = c.id)`,
    ),
    given(filter.buyer, (id) => sql`c.buyer_id = ${buyersOf(sql, "c.shop_id", id)}`),
    given(
      order,
      (id) => sql`exists (
      select from orders o where o.shop_id = c.shop_id and o.id = ${id} and o.buyer_id = c.buyer_id and (o.case_id = c.id or exists (
        select from reminders r where r.shop_id = c.shop_id and r.buyer_id = c.buyer_id and r.case_id = c.id and o.id = any(r.orders))))`,
    ),
    inWindows(sql, filter.windows ?? [], { shop: "c.shop_id", at: "c.opened_at" }),
  ]);
  return sql<CaseRow[]>`
    with recursive ${shopsOf(sql, filter.shop)},
    page as (
      select c.* from shops s cross join lateral (
        select * from cases c where c.shop_id = s.shop_id and ${where} order by c.id desc limit ${limit}) c
      order by c.id desc limit ${limit})
    select c.shop_id as shop, c.id, b.platform_id as buyer, case when c.ended_at is null then 'open' else 'ended' end as state, c.campaign,
      ${personColumns(sql)}, c.whole_reason as reason, c.opened_at, c.ended_at,
      array(select o.id from orders o where o.shop_id = c.shop_id and o.case_id = c.id order by o.created_at, o.id) as orders
    from page c left join buyers b on b.shop_id = c.shop_id and b.id = c.buyer_id order by c.id desc`;
}

export function findReminders(sql: Sql, filter: ListFilter, { before, limit }: ListPage) {
  const where = all(sql, [
    given(before, (id) => sql`r.id < ${id}::uuid`),
    given(filter.state, (state) => inState(sql, state)),
    given(filter.reason, (reason) => sql`r.reason = ${reason}`),
    given(filter.campaign, (campaign) => sql`r.campaign = ${campaign}`),
    given(filter.step, (step) => sql`r.step = ${step}`),
    given(
      filter.channel,
      (channel) => sql`exists (
      select from deliveries d where d.shop_id = r.shop_id and d.reminder_id = r.id and d.channel = ${channel})`,
    ),
    given(filter.buyer, (id) => sql`r.buyer_id = ${buyersOf(sql, "r.shop_id", id)}`),
    given(filter.order, (id) => sql`${id} = any(r.orders) and r.buyer_id = ${buyerOfOrder(sql, "r.shop_id", id)}`),
    inWindows(sql, filter.windows ?? [], { shop: "r.shop_id", at: REMINDER_AT }),
  ]);
  return sql<ReminderRow[]>`
    with recursive ${shopsOf(sql, filter.shop)},
    page as (
      select r.* from shops s cross join lateral (
        select * from reminders r where r.shop_id = s.shop_id and ${where} order by r.id desc limit ${limit}) r
      order by r.id desc limit ${limit})
    select r.shop_id as shop, r.id, r.case_id, b.platform_id as buyer, r.campaign, r.campaign_version, r.step, r.variant, r.kind,
      ${stateOf(sql)} as state, r.reason, r.due_at, r.decided_at, r.orders
    from page r left join buyers b on b.shop_id = r.shop_id and b.id = r.buyer_id order by r.id desc`;
}

/** With the buyer, the query uses the index of the buyer's reminders instead of reading all of them. */
const buyerOfOrder = (sql: Sql, shop: string, order: string): Condition => sql`
  (select o.buyer_id from orders o where o.shop_id = ${sql.unsafe(shop)} and o.id = ${order})`;

export function findDeliveries(sql: Sql, filter: ListFilter, { before, limit }: ListPage) {
  const ofReminder = all(sql, [
    given(filter.reason, (reason) => sql`r.reason = ${reason}`),
    given(filter.campaign, (campaign) => sql`r.campaign = ${campaign}`),
    given(filter.step, (step) => sql`r.step = ${step}`),
    given(filter.buyer, (id) => sql`r.buyer_id = ${buyersOf(sql, "r.shop_id", id)}`),
    given(filter.order, (id) => sql`${id} = any(r.orders) and r.buyer_id = ${buyerOfOrder(sql, "r.shop_id", id)}`),
  ]);
  const where = all(sql, [
    given(before, (id) => sql`d.id < ${id}::uuid`),
    given(filter.state, (state) => sql`d.state = ${state}`),
    given(filter.channel, (channel) => sql`d.channel = ${channel}`),
    inWindows(sql, filter.windows ?? [], { shop: "d.shop_id", at: "d.claimed_at" }),
  ]);
  return sql<DeliveryRow[]>`
    with recursive ${shopsOf(sql, filter.shop)},
    page as (
      select d.* from shops s cross join lateral (
        select d.*, r.buyer_id, r.campaign, r.step, r.orders from deliveries d
        join reminders r on r.shop_id = d.shop_id and r.id = d.reminder_id and ${ofReminder}
        where d.shop_id = s.shop_id and ${where} order by d.id desc limit ${limit}) d
      order by d.id desc limit ${limit})
    select d.shop_id as shop, d.id, d.reminder_id, b.platform_id as buyer, d.campaign, d.step, d.orders, d.channel, d.attempt, d.state,
      d.claimed_at, d.finished_at, d.delivered_at, d.campaign_version, d.variant, d.template, d.template_version, d.message_id, d.segments,
      case when ${isBilled(sql)} then d.cost_micros end as cost_micros, d.cost_currency, d.code, d.message,
      d.lookup, exists (select from lookups l where l.shop_id = d.shop_id and l.delivery_id = d.id) as asks
    from page d left join buyers b on b.shop_id = d.shop_id and b.id = d.buyer_id order by d.id desc`;
}
