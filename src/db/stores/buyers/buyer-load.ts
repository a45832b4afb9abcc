/**
 * Loads whole buyers: everything that `tell` and `advance` look at. The caller holds the buyers' row locks, taken in an earlier
 * statement, so that what is read here is what the last holder committed.
 */

import type { Order } from "../../../core/order/order.ts";
import type { BuyerState, Contact, OpenCase, PaymentPromise, TrackedOrder } from "../../../core/rules/buyer-state.ts";
import { newBuyer } from "../../../core/rules/buyer-state.ts";
import { isExcluded } from "../../../core/rules/match.ts";
import { sortByCreation } from "../../../core/rules/members.ts";
import { setContact } from "../../../core/rules/merge.ts";
import type { Move, PlannedRow } from "../../../core/rules/plan.ts";
import { DAY } from "../../../core/values/duration.ts";
import type { Campaign, ShopPolicy } from "../../../core/values/policy.ts";
import type { Reason } from "../../../core/values/reason.ts";
import type { Sql } from "../../client.ts";
import { plain, texts } from "../../columns.ts";
import { loadTreated } from "./treated-store.ts";

/** How far back sends and payments can still decide something: the longest that a campaign asks to look back, and a day. */
function memoryOf(campaigns: readonly Campaign[]): number {
  let longest = 0;
  for (const { limits, repeatAfter, paidSilence } of campaigns)
    longest = Math.max(longest, limits.per, limits.gap, repeatAfter, paidSilence ?? 0);
  return longest + DAY;
}

/** A told value with the event that told it: [value, occurredAt ms, event id]. */
export type Told = readonly [value: string, at: number, id: string];
export type Profile = { name?: Told; locale?: Told; timeZone?: Told; tier?: Told };

export type BuyerRef = { readonly shop: string; readonly id: string };

export type BuyerRow = {
  readonly shop_id: string;
  readonly id: string;
  readonly platform_id: string | null;
  readonly bucket: number;
  readonly profile: Profile;
  readonly wake_at: number | null;
  readonly touched: boolean;
  /** The channel for whose room it waits. */
  readonly waits_for: string | null;
};

/** What the database holds, to be compared with what the state has become. */
export type Baseline = {
  readonly caseId: string | null;
  /** What its row holds; null: there is none. */
  readonly open: Readonly<OpenCase> | null;
  readonly orders: Map<string, StoredOrder>;
  readonly planned: Map<string, StoredReminder>;
};

export type StoredOrder = {
  readonly order: Order;
  readonly reportedAt: number | null;
  readonly settled: Record<string, number>;
  readonly inCase: boolean;
  readonly caseId: string | null;
};

/** A planned row as it stands in the database, with what its reminder holds beside it. */
export type StoredReminder = PlanOf & { readonly id: string; readonly row: PlannedRow };

export type PlanOf = {
  readonly campaign: string | null;
  readonly version: string | null;
  readonly orders: readonly string[];
};

export type LoadedBuyer = {
  readonly shop: string;
  readonly id: string;
  readonly isNew: boolean;
  readonly platformId: string | null;
  platformIdNow: string | null;
  profile: Profile;
  profileChanged: boolean;
  readonly wakeAt: number | null;
  readonly touched: boolean;
  readonly waitsFor: string | null;
  readonly state: BuyerState;
  readonly baseline: Baseline;
  readonly contacts: LoadedContact[];
  /** Recent silencing payments by order. */
  readonly payments: Map<string, number>;
};

export type LoadedContact = {
  readonly kind: string;
  readonly hash: Buffer;
  readonly cipher: Buffer;
  readonly told_at: number;
  readonly told_id: string;
  readonly suppressed: boolean;
};

export type LoadEnv = {
  readonly shopOf: (shop: string) => ShopPolicy;
  readonly campaigns: readonly Campaign[];
  readonly now: number;
};

export type OrderRow = {
  shop_id: string;
  id: string;
  buyer_id: string | null;
  case_id: string | null;
  in_case: boolean;
  amount: number | null;
  currency: string | null;
  created_at: number | null;
  closes_at: number | null;
  chase_from: number | null;
  cash_on_delivery: boolean;
  paid_at: number | null;
  refunded_at: number | null;
  closed_at: number | null;
  told_at: number | null;
  details: OrderDetails;
  settled: Record<string, number>;
};

export type OrderDetails = Pick<Order, "tags" | "items" | "payUrl" | "note" | "paymentMethod" | "closeReason">;

type CaseRow = {
  shop_id: string;
  id: string;
  buyer_id: string;
  opened_at: number;
  campaign: string | null;
  had_plan: boolean;
  manual: boolean;
  promise: PaymentPromise | null;
  departures: OpenCase["departures"];
  whole_reason: Reason | null;
  whole_at: number | null;
};

type ReminderRow = {
  shop_id: string;
  id: string;
  case_id: string;
  buyer_id: string;
  campaign: string;
  campaign_version: string | null;
  step: string;
  kind: "send" | "skip";
  state: string;
  reason: Reason | null;
  due_at: number;
  decided_at: number | null;
  /** Its last attempt failed, and it is to be tried again. */
  failed: boolean;
  orders: string[];
  plan: PlanDetails | null;
};

export type PlanDetails = Pick<PlannedRow, "index" | "anchor" | "latest" | "owed"> & {
  readonly moves: readonly Move[];
};

const ORDER_COLUMNS = `o.shop_id, o.id, o.buyer_id, o.case_id, o.in_case, o.amount, o.currency, o.created_at, o.closes_at, o.chase_from,
  o.cash_on_delivery, o.paid_at, o.refunded_at, o.closed_at, o.told_at, o.details, o.settled`;

export const buyerKey = (shop: string, id: string): string => `${shop}\n${id}`;

/** The buyers by `buyerKey`, with their unpaid orders. Call `finishLoading` on each, once further orders are adopted. */
export async function loadBuyers(sql: Sql, env: LoadEnv, rows: readonly BuyerRow[]): Promise<Map<string, LoadedBuyer>> {
  if (rows.length === 0) return new Map();
  const shops = texts(rows.map((row) => row.shop_id));
  const ids = plain(rows.map((row) => row.id));
  const memory = new Date(env.now - memoryOf(env.campaigns));
  const [orders, cases, reminders, contacts, treated] = await Promise.all([
    // The unpaid ones, and what was paid of late.
    sql<OrderRow[]>`
      select ${sql.unsafe(ORDER_COLUMNS)} from unnest(${shops}::text[], ${ids}::uuid[]) as b(shop_id, id)
      join orders o on o.shop_id = b.shop_id and o.buyer_id = b.id
      where o.status = 'unpaid' or (o.paid_at > ${memory} and o.refunded_at is null and not o.cash_on_delivery)`,
    sql<CaseRow[]>`
      select c.shop_id, c.id, c.buyer_id, c.opened_at, c.campaign, c.had_plan, c.manual, c.promise, c.departures, c.whole_reason, c.whole_at
      from unnest(${shops}::text[], ${ids}::uuid[]) as b(shop_id, id)
      join cases c on c.shop_id = b.shop_id and c.buyer_id = b.id and c.ended_at is null`,
    sql<ReminderRow[]>`
      select r.shop_id, r.id, r.case_id, r.buyer_id, r.campaign, r.campaign_version, r.step, r.kind, r.state, r.reason, r.due_at,
        r.decided_at, r.retry_at is not null as failed, r.orders,
        case when r.state = 'planned' then r.plan end as plan
      from unnest(${shops}::text[], ${ids}::uuid[]) as b(shop_id, id)
      join reminders r on r.shop_id = b.shop_id and r.buyer_id = b.id and (r.state = 'planned'
        or ((r.state in ('sending', 'sent') or r.reason = 'unknown_outcome')
          and (r.decided_at > ${memory} or exists (
            select from cases c where c.shop_id = r.shop_id and c.id = r.case_id and c.ended_at is null))))`,
    sql<(LoadedContact & { shop_id: string; buyer_id: string })[]>`
      select k.shop_id, k.buyer_id, k.kind, k.hash, k.cipher, k.told_at, k.told_id,
        exists (select from suppressions s where s.shop_id = k.shop_id and s.hash = k.hash) as suppressed
      from unnest(${shops}::text[], ${ids}::uuid[]) as b(shop_id, id)
      join contacts k on k.shop_id = b.shop_id and k.buyer_id = b.id`,
    loadTreated(sql, env.campaigns, shops, ids),
  ]);

  const loaded = new Map<string, LoadedBuyer>();
  for (const row of rows) loaded.set(buyerKey(row.shop_id, row.id), emptyBuyer(env, row));
  const of = (row: { shop_id: string; buyer_id: string | null }) =>
    loaded.get(buyerKey(row.shop_id, row.buyer_id ?? ""));

  for (const row of orders) {
    if (row.paid_at === null) adoptOrder(of(row), row);
    else of(row)?.payments.set(row.id, row.paid_at);
  }
  for (const row of cases) adoptCase(of(row), row, env);
  for (const row of reminders) adoptReminder(of(row), row);
  for (const row of contacts) adoptContact(of(row), row);
  for (const row of treated) of(row)?.state.treated.set(row.campaign, row.variant);
  return loaded;
}

/** Orders whatever their status, because something is told about them. */
export function loadOrders(sql: Sql, keys: readonly { readonly shop: string; readonly id: string }[]) {
  return sql<OrderRow[]>`
    select ${sql.unsafe(ORDER_COLUMNS)}
    from unnest(${texts(keys.map(({ shop }) => shop))}::text[], ${texts(keys.map(({ id }) => id))}::text[]) as b(shop_id, id)
    join orders o on o.shop_id = b.shop_id and o.id = b.id`;
}

/** A buyer that the database does not know yet. */
export function createBuyer(env: LoadEnv, ref: BuyerRef, bucket: number): LoadedBuyer {
  return {
    ...emptyBuyer(env, {
      shop_id: ref.shop,
      id: ref.id,
      platform_id: null,
      bucket: bucket | 0,
      profile: {},
      wake_at: null,
      touched: false,
      waits_for: null,
    }),
    isNew: true,
  };
}

function emptyBuyer(env: LoadEnv, row: BuyerRow): LoadedBuyer {
  const state = newBuyer(env.shopOf(row.shop_id), row.bucket >>> 0);
  state.zone = row.profile.timeZone?.[0] ?? null;
  return {
    shop: row.shop_id,
    id: row.id,
    isNew: false,
    platformId: row.platform_id,
    platformIdNow: row.platform_id,
    profile: row.profile,
    profileChanged: false,
    wakeAt: row.wake_at,
    touched: row.touched,
    waitsFor: row.waits_for,
    state,
    baseline: { caseId: null, open: null, orders: new Map(), planned: new Map() },
    contacts: [],
    payments: new Map(),
  };
}

export function orderOf(row: OrderRow): Order {
  return {
    id: row.id,
    amount: row.amount,
    currency: row.currency,
    createdAt: row.created_at,
    closesAt: row.closes_at,
    chaseFrom: row.chase_from,
    cashOnDelivery: row.cash_on_delivery,
    paidAt: row.paid_at,
    refundedAt: row.refunded_at,
    closedAt: row.closed_at,
    ...row.details,
  };
}

export const detailsOf = ({ tags, items, payUrl, note, paymentMethod, closeReason }: Order): OrderDetails => ({
  tags,
  items,
  payUrl,
  note,
  paymentMethod,
  closeReason,
});

/** Puts a stored order among its buyer's; once is enough. */
export function adoptOrder(buyer: LoadedBuyer | undefined, row: OrderRow): void {
  if (buyer === undefined || buyer.state.orders.has(row.id)) return;
  const order = orderOf(row);
  const tracked: TrackedOrder = { order, reportedAt: row.told_at, settled: row.settled };
  buyer.state.orders.set(row.id, tracked);
  buyer.baseline.orders.set(row.id, { ...tracked, inCase: row.in_case, caseId: row.case_id });
}

function adoptCase(buyer: LoadedBuyer | undefined, row: CaseRow, env: LoadEnv): void {
  if (buyer === undefined) return;
  const open: OpenCase = {
    id: row.id,
    openedAt: row.opened_at,
    campaign: env.campaigns.find(({ key }) => key === row.campaign) ?? null,
    members: [],
    counted: [],
    rows: [],
    hadPlan: row.had_plan,
    manual: row.manual,
    promise: row.promise,
    departures: row.departures,
    whole: row.whole_reason === null ? null : { reason: row.whole_reason, at: row.whole_at ?? row.opened_at },
  };
  buyer.state.open = open;
}

function adoptReminder(buyer: LoadedBuyer | undefined, row: ReminderRow): void {
  if (buyer === undefined) return;
  if (row.state !== "planned") {
    const at = row.decided_at ?? row.due_at;
    const { campaign, step, case_id: caseId, orders, due_at: dueAt, failed } = row;
    buyer.state.sends.push({ at, campaign, step, caseId, orders, dueAt, failed });
    return;
  }
  const open = buyer.state.open;
  if (row.plan === null || open === null || open.id !== row.case_id) return;
  const { index, anchor, latest, owed, moves } = row.plan;
  const { step, due_at: at, kind, reason } = row;
  const planned: PlannedRow = { step, index, at, kind, reason, anchor, latest, owed, moves };
  open.rows.push(planned);
  const { campaign, campaign_version: version, orders } = row;
  buyer.baseline.planned.set(row.step, { id: row.id, row: planned, campaign, version, orders });
}

function adoptContact(buyer: LoadedBuyer | undefined, row: LoadedContact): void {
  if (buyer === undefined) return;
  buyer.contacts.push(row);
  const told: Contact = { suppressed: row.suppressed, reportedAt: row.told_at, reportedId: row.told_id };
  setContact(buyer.state, row.kind, told);
}

/** Completes the state once all orders are adopted. */
export function finishLoading(buyer: LoadedBuyer): void {
  const { state, baseline } = buyer;
  for (const [id, paidAt] of buyer.payments)
    if (!state.orders.has(id)) state.otherPaidAt = Math.max(state.otherPaidAt ?? paidAt, paidAt);
  if (state.sends.length > 1) state.sends.sort((a, b) => a.at - b.at);
  const open = state.open;
  if (open === null) return;
  open.rows.sort((a, b) => a.index - b.index);
  for (const [id, stored] of baseline.orders) if (stored.inCase && stored.caseId === open.id) open.members.push(id);
  sortByCreation(state, open.members);
  open.counted = open.members;
  const campaign = open.campaign;
  if (campaign !== null)
    open.counted = open.members.filter((id) => {
      const tracked = state.orders.get(id);
      return tracked !== undefined && !isExcluded(campaign, state.shop.id, tracked.order);
    });
  Object.assign(baseline, { caseId: open.id, open: { ...open } });
}

/** Whether the row of a case holds what the case is now. Promises and departures are replaced, never changed. */
export function isStoredCase(was: Readonly<OpenCase>, open: OpenCase): boolean {
  return (
    was.campaign?.key === open.campaign?.key &&
    was.hadPlan === open.hadPlan &&
    was.manual === open.manual &&
    was.promise === open.promise &&
    was.departures === open.departures &&
    was.whole?.reason === open.whole?.reason &&
    was.whole?.at === open.whole?.at
  );
}

/** Whether a planned row stands in the database as it is now, so that it need not be written. */
export function isStoredPlan(stored: StoredReminder, row: PlannedRow, of: PlanOf): boolean {
  if (stored.campaign !== of.campaign || stored.version !== of.version) return false;
  if (!sameList(stored.orders, of.orders, (a, b) => a === b)) return false;
  const was = stored.row;
  if (was === row) return true;
  return (
    was.at === row.at &&
    was.kind === row.kind &&
    was.reason === row.reason &&
    was.anchor === row.anchor &&
    was.latest === row.latest &&
    sameList(was.owed, row.owed, (a, b) => a.order === b.order && a.own === b.own) &&
    sameList(was.moves, row.moves, (a, b) => a.rule === b.rule && a.from === b.from && a.to === b.to)
  );
}

function sameList<T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): boolean {
  return a.length === b.length && a.every((value, at) => same(value, b[at] as T));
}
