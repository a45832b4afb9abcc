/**
 * Writes back what became of loaded buyers: one statement per kind of row, however many buyers. Runs in the transaction that holds
 * their locks. What ends is written before what begins: a buyer may have one open case, and a case one planned row per step.
 */
import type { PendingQuery, Row } from "postgres";
import { type Order, overState } from "../../../core/order/order.ts";
import { nextWake } from "../../../core/rules/buyer.ts";
import type { Decision, OpenCase, PaymentPromise } from "../../../core/rules/buyer-state.ts";
import type { PlannedRow } from "../../../core/rules/plan.ts";
import type { Sql } from "../../client.ts";
import { instants, jsons, lists, plain, texts } from "../../columns.ts";
import { newId } from "../../ids.ts";
import { detailsOf, isStoredCase, isStoredPlan, type LoadedBuyer, type StoredOrder } from "./buyer-load.ts";

export type BuyerChange = {
  readonly buyer: LoadedBuyer;
  readonly decisions: readonly Decision[];
};

/** A send that was decided: the ledger row that stands for it from before the provider is called. */
export type Claim = {
  readonly shop: string;
  readonly buyer: LoadedBuyer;
  readonly reminderId: string;
  readonly deliveryId: string;
  readonly decision: Decision;
};

/** `leaseMs` counts from the database's now. Returns the claims in the order of the decisions. */
export async function writeBuyers(
  sql: Sql,
  changes: readonly BuyerChange[],
  now: number,
  leaseMs: number,
): Promise<Claim[]> {
  const claims: Claim[] = [];
  const decided = decidedRows(changes, claims);
  const orders = changedOrders(changes);
  // Started in this order on one connection, so they also run in this order.
  await Promise.all(
    [
      ...updateBuyers(sql, changes, now),
      insertOrders(sql, orders, now),
      updateOrders(sql, orders, now),
      moveOrders(sql, orders, now),
      updateCases(sql, changes, now),
      insertCases(sql, changes, now),
      decideRows(sql, decided.asPlanned),
      updateRows(sql, decided.update),
      deletePlanned(sql, changes),
      updateRows(sql, changedPlans(changes)),
      insertReminders(sql, [...decided.insert, ...newPlans(changes)]),
      insertDeliveries(sql, claims, now, leaseMs),
    ].map((query) => query?.execute()),
  );
  return claims;
}

type Query = PendingQuery<readonly Row[]> | null;

/** What two transactions may both insert is inserted in one order by both, so that neither waits for the other in a ring. */
const compareKeys = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Buyers that are new. A unique violation means that another transaction told of one of them first: run the whole again. */
export function insertBuyers(sql: Sql, created: readonly LoadedBuyer[], now: number): Query {
  if (created.length === 0) return null;
  const buyers = [...created].sort(
    (a, b) => compareKeys(a.shop, b.shop) || compareKeys(a.platformIdNow ?? "", b.platformIdNow ?? ""),
  );
  return sql`
    insert into buyers (shop_id, id, platform_id, bucket, profile, wake_at, created_at)
    select b.shop_id, b.id, b.platform_id, b.bucket, b.profile::jsonb, b.wake_at, ${new Date(now)}
    from unnest(${texts(buyers.map((b) => b.shop))}::text[], ${plain(buyers.map((b) => b.id))}::uuid[],
      ${texts(buyers.map((b) => b.platformIdNow))}::text[], ${plain(buyers.map((b) => b.state.bucket | 0))}::int4[],
      ${jsons(sql, buyers, (b) => b.profile)}, ${instants(buyers.map((b) => wakeOf(b, now)))}::timestamptz[])
      as b(shop_id, id, platform_id, bucket, profile, wake_at)`;
}

/** Further platform ids of a buyer: rows that only lead to it. */
export function insertAliases(
  sql: Sql,
  aliases: readonly { readonly buyer: LoadedBuyer; readonly platformId: string }[],
  now: number,
): Query {
  if (aliases.length === 0) return null;
  return sql`
    insert into buyers (shop_id, id, platform_id, bucket, merged_into, created_at)
    select n.*, ${new Date(now)} from unnest(${texts(aliases.map((a) => a.buyer.shop))}::text[],
      ${plain(aliases.map(() => newId()))}::uuid[], ${texts(aliases.map((a) => a.platformId))}::text[],
      ${plain(aliases.map((a) => a.buyer.state.bucket | 0))}::int4[], ${plain(aliases.map((a) => a.buyer.id))}::uuid[])
      as n(shop_id, id, platform_id, bucket, merged_into)`;
}

const wakeOf = (buyer: LoadedBuyer, now: number): number | null => nextWake(buyer.state, now);

/**
 * Most buyers only wake at another time: of them nothing else is written. Whoever waited for room waits no more, since what is planned
 * may be another thing now: a send that is still due wakes at once, and takes its old place.
 */
function updateBuyers(sql: Sql, changes: readonly BuyerChange[], now: number): Query[] {
  const told: { buyer: LoadedBuyer; wake: number | null }[] = [];
  const woken: { buyer: LoadedBuyer; wake: number | null }[] = [];
  for (const { buyer } of changes) {
    if (buyer.isNew) continue;
    const wake = wakeOf(buyer, now);
    if (buyer.profileChanged || buyer.platformIdNow !== buyer.platformId) told.push({ buyer, wake });
    else if (wake !== buyer.wakeAt || buyer.touched || buyer.waitsFor !== null) woken.push({ buyer, wake });
  }
  const keys = (rows: typeof told) =>
    sql`${texts(rows.map((r) => r.buyer.shop))}::text[], ${plain(rows.map((r) => r.buyer.id))}::uuid[],
      ${instants(rows.map((r) => r.wake))}::timestamptz[]`;
  return [
    woken.length === 0
      ? null
      : sql`
    update buyers b set wake_at = n.wake_at, touched = false, waits_for = null, waits_since = null
    from unnest(${keys(woken)}) as n(shop_id, id, wake_at) where b.shop_id = n.shop_id and b.id = n.id`,
    told.length === 0
      ? null
      : sql`
    update buyers b set wake_at = n.wake_at, touched = false, waits_for = null, waits_since = null, profile = n.profile::jsonb,
      platform_id = coalesce(n.platform_id, b.platform_id)
    from unnest(${keys(told)}, ${jsons(sql, told, (r) => r.buyer.profile)},
      ${texts(told.map((r) => r.buyer.platformIdNow))}::text[]) as n(shop_id, id, wake_at, profile, platform_id)
    where b.shop_id = n.shop_id and b.id = n.id`,
  ];
}

type OrderWrite = {
  buyer: LoadedBuyer;
  stored: StoredOrder | undefined;
  id: string;
  caseId: string | null;
  inCase: boolean;
};

function changedOrders(changes: readonly BuyerChange[]): OrderWrite[] {
  const writes: OrderWrite[] = [];
  for (const { buyer, decisions } of changes) {
    const open = buyer.state.open;
    for (const [id, tracked] of buyer.state.orders) {
      const stored = buyer.baseline.orders.get(id);
      const inCase = open?.members.includes(id) ?? false;
      const caseId = inCase && open !== null ? open.id : (caseOf(decisions, id) ?? stored?.caseId ?? null);
      const same =
        stored !== undefined &&
        stored.order === tracked.order &&
        stored.reportedAt === tracked.reportedAt &&
        stored.settled === tracked.settled &&
        stored.inCase === inCase &&
        stored.caseId === caseId;
      if (!same) writes.push({ buyer, stored, id, caseId, inCase });
    }
  }
  return writes;
}

/** The case of an order that came and went within this one change. */
const caseOf = (decisions: readonly Decision[], id: string): string | null =>
  decisions.findLast((decision) => decision.orders.includes(id))?.caseId ?? null;

/** Closed by the clock counts as closed, too. */
function statusOf(order: Order | undefined, inCase: boolean, now: number): "paid" | "closed" | "unpaid" {
  if (order === undefined) return "unpaid";
  if (order.paidAt !== null) return "paid";
  const closedByClock = !inCase && order.closesAt !== null && order.closesAt <= now;
  return closedByClock || overState(order) !== null ? "closed" : "unpaid";
}

type Columns = Record<string, unknown[]>;

function orderColumns(writes: readonly OrderWrite[], now: number): Columns {
  const columns: Columns = {};
  const put = (name: string, value: unknown) => {
    columns[name] ??= [];
    columns[name].push(value);
  };
  for (const { buyer, id, caseId, inCase } of writes) {
    const tracked = buyer.state.orders.get(id);
    if (tracked === undefined) continue;
    const { order } = tracked;
    put("shop", buyer.shop);
    put("id", id);
    put("buyer", buyer.id);
    put("case", caseId);
    put("inCase", inCase);
    put("status", statusOf(order, inCase, now));
    put("amount", order.amount);
    put("currency", order.currency);
    put("created", order.createdAt);
    put("closes", order.closesAt);
    put("chase", order.chaseFrom);
    put("cod", order.cashOnDelivery);
    put("paid", order.paidAt);
    put("refunded", order.refundedAt);
    put("closed", order.closedAt);
    put("told", tracked.reportedAt);
    put("details", detailsOf(order));
    put("settled", tracked.settled);
  }
  return columns;
}

function orderSource(sql: Sql, c: Columns) {
  const col = <T>(name: string): T[] => (c[name] ?? []) as T[];
  return sql`unnest(${texts(col("shop"))}::text[], ${texts(col("id"))}::text[], ${plain(col("buyer"))}::uuid[],
    ${plain(col("case"))}::uuid[], ${plain(col("inCase"))}::boolean[], ${plain(col("status"))}::text[],
    ${plain(col("amount"))}::int8[], ${plain(col("currency"))}::text[], ${instants(col("created"))}::timestamptz[],
    ${instants(col("closes"))}::timestamptz[], ${instants(col("chase"))}::timestamptz[], ${plain(col("cod"))}::boolean[],
    ${instants(col("paid"))}::timestamptz[], ${instants(col("refunded"))}::timestamptz[],
    ${instants(col("closed"))}::timestamptz[], ${instants(col("told"))}::timestamptz[], ${jsons(sql, col("details"), (value) => value)},
    ${jsons(sql, col("settled"), (value) => value)}) as n(shop_id, id, buyer_id, case_id, in_case, status, amount, currency, created_at,
    closes_at, chase_from, cash_on_delivery, paid_at, refunded_at, closed_at, told_at, details, settled)`;
}

function insertOrders(sql: Sql, changed: readonly OrderWrite[], now: number): Query {
  const writes = changed
    .filter(({ stored }) => stored === undefined)
    .sort((a, b) => compareKeys(a.buyer.shop, b.buyer.shop) || compareKeys(a.id, b.id));
  if (writes.length === 0) return null;
  return sql`
    insert into orders (shop_id, id, buyer_id, case_id, in_case, status, amount, currency, created_at, closes_at, chase_from,
      cash_on_delivery, paid_at, refunded_at, closed_at, told_at, details, settled, seen_at)
    select n.shop_id, n.id, n.buyer_id, n.case_id, n.in_case, n.status, n.amount, n.currency, n.created_at, n.closes_at,
      n.chase_from, n.cash_on_delivery, n.paid_at, n.refunded_at, n.closed_at, n.told_at, n.details::jsonb, n.settled::jsonb,
      ${new Date(now)}
    from ${orderSource(sql, orderColumns(writes, now))}`;
}

/** Nothing was told of it: only where it stands in its buyer's case has changed. */
const isMoved = ({ buyer, stored, id }: OrderWrite): boolean => stored?.order === buyer.state.orders.get(id)?.order;

function moveOrders(sql: Sql, changed: readonly OrderWrite[], now: number): Query {
  const writes = changed.filter((write) => write.stored !== undefined && isMoved(write));
  if (writes.length === 0) return null;
  const tracked = writes.flatMap(({ buyer, id }) => buyer.state.orders.get(id) ?? []);
  return sql`
    update orders o set case_id = n.case_id, in_case = n.in_case, status = n.status, told_at = n.told_at, settled = n.settled::jsonb
    from unnest(${texts(writes.map((w) => w.buyer.shop))}::text[], ${texts(writes.map((w) => w.id))}::text[],
      ${plain(writes.map((w) => w.caseId))}::uuid[], ${plain(writes.map((w) => w.inCase))}::boolean[],
      ${plain(writes.map((w, at) => statusOf(tracked[at]?.order, w.inCase, now)))}::text[],
      ${instants(tracked.map((t) => t.reportedAt))}::timestamptz[], ${jsons(sql, tracked, (t) => t.settled)})
      as n(shop_id, id, case_id, in_case, status, told_at, settled)
    where o.shop_id = n.shop_id and o.id = n.id`;
}

function updateOrders(sql: Sql, changed: readonly OrderWrite[], now: number): Query {
  const writes = changed.filter((write) => write.stored !== undefined && !isMoved(write));
  if (writes.length === 0) return null;
  return sql`
    update orders o set buyer_id = n.buyer_id, case_id = n.case_id, in_case = n.in_case, status = n.status, amount = n.amount,
      currency = n.currency, created_at = n.created_at, closes_at = n.closes_at, chase_from = n.chase_from,
      cash_on_delivery = n.cash_on_delivery, paid_at = n.paid_at, refunded_at = n.refunded_at, closed_at = n.closed_at,
      told_at = n.told_at, details = n.details::jsonb, settled = n.settled::jsonb
    from ${orderSource(sql, orderColumns(writes, now))} where o.shop_id = n.shop_id and o.id = n.id`;
}

/** Cases that began: the open one, and those that began and ended within this change. */
function insertCases(sql: Sql, changes: readonly BuyerChange[], now: number): Query {
  const rows: { buyer: LoadedBuyer; id: string; is: CaseFields; openedAt: number; endedAt: number | null }[] = [];
  for (const { buyer, decisions } of changes) {
    const open = buyer.state.open;
    const decided = decisions.length === 0 ? [] : new Set(decisions.map(({ caseId }) => caseId));
    for (const id of decided) {
      if (id === buyer.baseline.caseId || id === open?.id) continue;
      const last = decisions.findLast(({ caseId }) => caseId === id);
      rows.push({ buyer, id, is: caseFields(null, last?.campaign?.key), openedAt: now, endedAt: now });
    }
    if (open !== null && open.id !== buyer.baseline.caseId)
      rows.push({ buyer, id: open.id, is: caseFields(open), openedAt: open.openedAt, endedAt: null });
  }
  if (rows.length === 0) return null;
  return sql`
    insert into cases (shop_id, id, buyer_id, opened_at, ended_at, campaign, had_plan, manual, departures, whole_reason, whole_at)
    select n.shop_id, n.id, n.buyer_id, n.opened_at, n.ended_at, n.campaign, n.had_plan, n.manual, n.departures::jsonb, n.whole_reason,
      n.whole_at
    from unnest(${texts(rows.map((r) => r.buyer.shop))}::text[], ${plain(rows.map((r) => r.id))}::uuid[],
      ${plain(rows.map((r) => r.buyer.id))}::uuid[], ${instants(rows.map((r) => r.openedAt))}::timestamptz[],
      ${instants(rows.map((r) => r.endedAt))}::timestamptz[], ${texts(rows.map((r) => r.is.campaign))}::text[],
      ${plain(rows.map((r) => r.is.hadPlan))}::boolean[], ${plain(rows.map((r) => r.is.manual))}::boolean[],
      ${jsons(sql, rows, (r) => r.is.departures)}, ${texts(rows.map((r) => r.is.reason))}::text[],
      ${instants(rows.map((r) => r.is.reasonAt))}::timestamptz[])
      as n(shop_id, id, buyer_id, opened_at, ended_at, campaign, had_plan, manual, departures, whole_reason, whole_at)`;
}

type CaseFields = {
  campaign: string | null;
  hadPlan: boolean;
  manual: boolean;
  promise: PaymentPromise | null;
  departures: OpenCase["departures"];
  reason: string | null;
  reasonAt: number | null;
};

const caseFields = (open: OpenCase | null, campaign?: string): CaseFields => ({
  campaign: open?.campaign?.key ?? campaign ?? null,
  hadPlan: open?.hadPlan ?? campaign !== undefined,
  manual: open?.manual ?? false,
  promise: open?.promise ?? null,
  departures: open?.departures ?? null,
  reason: open?.whole?.reason ?? null,
  reasonAt: open?.whole?.at ?? null,
});

/** An ended case keeps the campaign that it had last. */
function updateCases(sql: Sql, changes: readonly BuyerChange[], now: number): Query {
  const rows: (CaseFields & { shop: string; id: string; endedAt: number | null })[] = [];
  for (const { buyer } of changes) {
    const { baseline, state, shop } = buyer;
    if (baseline.caseId === null) continue;
    const open = state.open?.id === baseline.caseId ? state.open : null;
    if (open !== null && baseline.open !== null && isStoredCase(baseline.open, open)) continue;
    rows.push({ shop, id: baseline.caseId, endedAt: open === null ? now : null, ...caseFields(open) });
  }
  if (rows.length === 0) return null;
  return sql`
    update cases c set ended_at = n.ended_at, campaign = case when n.ended_at is null then n.campaign else c.campaign end,
      had_plan = c.had_plan or n.had_plan, manual = c.manual or n.manual, promise = coalesce(n.promise::jsonb, c.promise),
      departures = n.departures::jsonb, whole_reason = n.whole_reason, whole_at = n.whole_at
    from unnest(${texts(rows.map((r) => r.shop))}::text[], ${plain(rows.map((r) => r.id))}::uuid[],
      ${instants(rows.map((r) => r.endedAt))}::timestamptz[], ${texts(rows.map((r) => r.campaign))}::text[],
      ${plain(rows.map((r) => r.hadPlan))}::boolean[], ${plain(rows.map((r) => r.manual))}::boolean[],
      ${jsons(sql, rows, (r) => r.promise)}, ${jsons(sql, rows, (r) => r.departures)},
      ${texts(rows.map((r) => r.reason))}::text[], ${instants(rows.map((r) => r.reasonAt))}::timestamptz[])
      as n(shop_id, id, ended_at, campaign, had_plan, manual, promise, departures, whole_reason, whole_at)
    where c.shop_id = n.shop_id and c.id = n.id`;
}

type ReminderWrite = {
  readonly shop: string;
  readonly id: string;
  readonly caseId: string;
  readonly buyerId: string;
  readonly campaign: string | null;
  readonly version: string | null;
  readonly step: string | null;
  readonly variant: string | null;
  readonly kind: "send" | "skip";
  readonly state: "planned" | "sending" | "skipped";
  readonly reason: string | null;
  readonly dueAt: number;
  readonly decidedAt: number | null;
  readonly orders: readonly string[];
  readonly row: PlannedRow | null;
  /** A send: until when a payment is credited to it. */
  readonly attributedUntil: number | null;
};

function decidedRows(
  changes: readonly BuyerChange[],
  claims: Claim[],
): { asPlanned: ReminderWrite[]; update: ReminderWrite[]; insert: ReminderWrite[] } {
  /** Decided just as they were planned, as nearly all are: what is planned need not be written again. */
  const asPlanned: ReminderWrite[] = [];
  const update: ReminderWrite[] = [];
  const insert: ReminderWrite[] = [];
  for (const { buyer, decisions } of changes) {
    for (const decision of decisions) {
      const { step, row } = decision;
      const planned =
        decision.caseId === buyer.baseline.caseId && step !== null ? buyer.baseline.planned.get(step) : undefined;
      if (planned !== undefined && step !== null) buyer.baseline.planned.delete(step);
      const write: ReminderWrite = {
        shop: buyer.shop,
        id: planned?.id ?? newId(),
        caseId: decision.caseId,
        buyerId: buyer.id,
        campaign: decision.campaign?.key ?? null,
        version: decision.campaign?.version ?? null,
        step,
        variant: decision.variant,
        kind: decision.kind,
        state: decision.kind === "send" ? "sending" : "skipped",
        reason: decision.reason,
        dueAt: row?.at ?? decision.at,
        decidedAt: decision.at,
        orders: decision.orders,
        row,
        attributedUntil: decision.kind === "send" ? decision.at + (decision.campaign?.attributionWindow ?? 0) : null,
      };
      if (planned === undefined) insert.push(write);
      else if (row !== null && isStoredPlan(planned, row, write)) asPlanned.push(write);
      else update.push(write);
      if (decision.kind === "send")
        claims.push({ shop: buyer.shop, buyer, reminderId: write.id, deliveryId: newId(), decision });
    }
  }
  return { asPlanned, update, insert };
}

function plannedWrite(buyer: LoadedBuyer, row: PlannedRow, id: string): ReminderWrite {
  const open = buyer.state.open;
  return {
    shop: buyer.shop,
    id,
    caseId: open?.id ?? "",
    buyerId: buyer.id,
    campaign: open?.campaign?.key ?? null,
    version: open?.campaign?.version ?? null,
    step: row.step,
    variant: null,
    kind: row.kind,
    state: "planned",
    reason: row.reason,
    dueAt: row.at,
    decidedAt: null,
    orders: open?.counted ?? [],
    row,
    attributedUntil: null,
  };
}

/** The planned row of the database that stands for this step now, if any. */
const storedPlan = (buyer: LoadedBuyer, step: string) =>
  buyer.state.open?.id === buyer.baseline.caseId ? buyer.baseline.planned.get(step) : undefined;

function newPlans(changes: readonly BuyerChange[]): ReminderWrite[] {
  const rows: ReminderWrite[] = [];
  for (const { buyer } of changes)
    for (const row of buyer.state.open?.rows ?? [])
      if (storedPlan(buyer, row.step) === undefined) rows.push(plannedWrite(buyer, row, newId()));
  return rows;
}

function changedPlans(changes: readonly BuyerChange[]): ReminderWrite[] {
  const rows: ReminderWrite[] = [];
  for (const { buyer } of changes)
    for (const row of buyer.state.open?.rows ?? []) {
      const stored = storedPlan(buyer, row.step);
      if (stored === undefined) continue;
      const write = plannedWrite(buyer, row, stored.id);
      if (!isStoredPlan(stored, row, write)) rows.push(write);
    }
  return rows;
}

/** Planned rows that the new plan no longer has, or whose case is another one now. */
function deletePlanned(sql: Sql, changes: readonly BuyerChange[]): Query {
  const gone: { shop: string; id: string }[] = [];
  for (const { buyer } of changes) {
    if (buyer.baseline.planned.size === 0) continue;
    const steps = new Set(buyer.state.open?.rows.map(({ step }) => step));
    for (const [step, { id }] of buyer.baseline.planned)
      if (!steps.has(step) || storedPlan(buyer, step) === undefined) gone.push({ shop: buyer.shop, id });
  }
  if (gone.length === 0) return null;
  return sql`
    delete from reminders r using unnest(${texts(gone.map((r) => r.shop))}::text[], ${plain(gone.map((r) => r.id))}::uuid[])
      as n(shop_id, id) where r.shop_id = n.shop_id and r.id = n.id and r.state = 'planned'`;
}

function decideRows(sql: Sql, rows: readonly ReminderWrite[]): Query {
  if (rows.length === 0) return null;
  return sql`
    update reminders r set variant = n.variant, kind = n.kind, state = n.state, reason = n.reason, decided_at = n.decided_at,
      attributed_until = n.attributed_until
    from unnest(${texts(rows.map((r) => r.shop))}::text[], ${plain(rows.map((r) => r.id))}::uuid[],
      ${texts(rows.map((r) => r.variant))}::text[], ${plain(rows.map((r) => r.kind))}::text[],
      ${plain(rows.map((r) => r.state))}::text[], ${plain(rows.map((r) => r.reason))}::text[],
      ${instants(rows.map((r) => r.decidedAt))}::timestamptz[], ${instants(rows.map((r) => r.attributedUntil))}::timestamptz[])
      as n(shop_id, id, variant, kind, state, reason, decided_at, attributed_until)
    where r.shop_id = n.shop_id and r.id = n.id and r.state = 'planned'`;
}

function updateRows(sql: Sql, rows: readonly ReminderWrite[]): Query {
  if (rows.length === 0) return null;
  return sql`
    update reminders r set campaign = n.campaign, campaign_version = n.version, variant = n.variant, kind = n.kind, state = n.state,
      reason = n.reason, due_at = n.due_at, decided_at = n.decided_at, orders = n.orders::text[], plan = n.plan::jsonb,
      attributed_until = n.attributed_until
    from ${reminderSource(sql, rows)} where r.shop_id = n.shop_id and r.id = n.id and r.state = 'planned'`;
}

function insertReminders(sql: Sql, rows: readonly ReminderWrite[]): Query {
  if (rows.length === 0) return null;
  return sql`
    insert into reminders (shop_id, id, case_id, buyer_id, campaign, campaign_version, step, variant, kind, state, reason, due_at,
      decided_at, orders, plan, attributed_until)
    select n.shop_id, n.id, n.case_id, n.buyer_id, n.campaign, n.version, n.step, n.variant, n.kind, n.state, n.reason, n.due_at,
      n.decided_at, n.orders::text[], n.plan::jsonb, n.attributed_until from ${reminderSource(sql, rows)}`;
}

function reminderSource(sql: Sql, rows: readonly ReminderWrite[]) {
  return sql`unnest(${texts(rows.map((r) => r.shop))}::text[], ${plain(rows.map((r) => r.id))}::uuid[],
    ${plain(rows.map((r) => r.caseId))}::uuid[], ${plain(rows.map((r) => r.buyerId))}::uuid[],
    ${texts(rows.map((r) => r.campaign))}::text[], ${texts(rows.map((r) => r.version))}::text[],
    ${texts(rows.map((r) => r.step))}::text[], ${texts(rows.map((r) => r.variant))}::text[],
    ${plain(rows.map((r) => r.kind))}::text[], ${plain(rows.map((r) => r.state))}::text[],
    ${plain(rows.map((r) => r.reason))}::text[], ${instants(rows.map((r) => r.dueAt))}::timestamptz[],
    ${instants(rows.map((r) => r.decidedAt))}::timestamptz[], ${lists(rows.map((r) => r.orders))}::text[],
    ${jsons(sql, rows, (r) => (r.row === null ? null : planDetails(r.row)))},
    ${instants(rows.map((r) => r.attributedUntil))}::timestamptz[])
    as n(shop_id, id, case_id, buyer_id, campaign, version, step, variant, kind, state, reason, due_at, decided_at, orders, plan,
      attributed_until)`;
}

const planDetails = ({ index, anchor, latest, owed, moves }: PlannedRow) => ({ index, anchor, latest, owed, moves });

function insertDeliveries(sql: Sql, claims: readonly Claim[], now: number, leaseMs: number): Query {
  if (claims.length === 0) return null;
  return sql`
    insert into deliveries (shop_id, id, reminder_id, channel, attempt, state, claimed_at, lease_until, campaign_version, variant)
    select n.shop_id, n.id, n.reminder_id, n.channel, 1, 'claimed', ${new Date(now)}, ${new Date(now + leaseMs)}, n.version, n.variant
    from unnest(${texts(claims.map((c) => c.shop))}::text[], ${plain(claims.map((c) => c.deliveryId))}::uuid[],
      ${plain(claims.map((c) => c.reminderId))}::uuid[], ${texts(claims.map((c) => c.decision.channel))}::text[],
      ${texts(claims.map((c) => c.decision.campaign?.version ?? null))}::text[],
      ${texts(claims.map((c) => c.decision.variant))}::text[]) as n(shop_id, id, reminder_id, channel, version, variant)`;
}
