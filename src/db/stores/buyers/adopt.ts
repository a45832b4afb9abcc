/** Puts the loaded rows into their buyer: into its state, and into the baseline that later writes are compared with. */

import type { Hold, PersonsCase } from "../../../core/desk/persons.ts";
import type { Contact, OpenCase, PaymentPromise, TrackedOrder } from "../../../core/rules/buyer-state.ts";
import { isExcluded } from "../../../core/rules/match.ts";
import { sortByCreation } from "../../../core/rules/members.ts";
import { setContact } from "../../../core/rules/merge.ts";
import type { Move, PlannedRow } from "../../../core/rules/plan.ts";
import type { Reason } from "../../../core/values/reason.ts";
import type { Sql } from "../../client.ts";
import type { LoadEnv, LoadedBuyer, LoadedContact } from "./loaded-buyer.ts";
import { type OrderRow, orderOf } from "./order-rows.ts";

export type CaseRow = {
  shop_id: string;
  id: string;
  buyer_id: string;
  opened_at: number;
  campaign: string | null;
  had_plan: boolean;
  manual: boolean;
  manual_at: number | null;
  manual_why: "no_contact" | null;
  back_at: number | null;
  held_at: number | null;
  held_until: number | null;
  kept_at: number | null;
  promise: PaymentPromise | null;
  departures: OpenCase["departures"];
  whole_reason: Reason | null;
  whole_at: number | null;
};

export type ReminderRow = {
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
  /** Its last attempt failed, and it is to be retried. */
  failed: boolean;
  orders: string[];
  plan: PlanDetails | null;
};

/** `reminders.plan`. */
export type PlanDetails = Pick<PlannedRow, "index" | "anchor" | "latest" | "owed"> & {
  readonly moves: readonly Move[];
};

/**
 * Puts a stored order among its buyer's; to do it twice changes nothing. One that no event has tied to a buyer so far counts from the event
 * on that does, and not for the events of the batch before it.
 */
export function adoptOrder(buyer: LoadedBuyer | undefined, row: OrderRow): void {
  if (buyer === undefined || buyer.state.orders.has(row.id)) return;
  const order = orderOf(row);
  const newer = buyer.settled !== null && Object.hasOwn(buyer.settled, row.id) ? buyer.settled[row.id] : undefined;
  const tracked: TrackedOrder = { order, reportedAt: row.told_at, settled: newer ?? row.settled };
  if (row.buyer_id !== null) buyer.state.orders.set(row.id, tracked);
  buyer.baseline.orders.set(row.id, {
    ...tracked,
    inCase: row.in_case,
    caseId: row.case_id,
    countedFor: row.counted_for,
  });
}

export function adoptCase(buyer: LoadedBuyer | undefined, row: CaseRow, env: LoadEnv): void {
  if (buyer === undefined) return;
  const open: OpenCase = {
    id: row.id,
    openedAt: row.opened_at,
    campaign: env.campaigns.find(({ key }) => key === row.campaign) ?? null,
    members: [],
    counted: [],
    rows: [],
    hadPlan: row.had_plan,
    manual: personsCase(row),
    keptAt: row.kept_at,
    hold: holdOf(row),
    promise: row.promise,
    departures: row.departures,
    whole: row.whole_reason === null ? null : { reason: row.whole_reason, at: row.whole_at ?? row.opened_at },
  };
  buyer.state.open = open;
}

/** The columns of the part of a person. */
export type PersonsColumns = Pick<
  CaseRow,
  "manual" | "manual_at" | "manual_why" | "back_at" | "held_at" | "held_until"
>;

export function personsCase({ manual, manual_at, manual_why: why, back_at }: PersonsColumns): PersonsCase | null {
  if (manual_at === null) return null;
  return { since: manual_at, backAt: back_at, isBack: !manual, ...(why === null ? {} : { why }) };
}

export const holdOf = ({ held_at, held_until }: PersonsColumns): Hold | null =>
  held_until === null ? null : { until: held_until, isOver: held_at === null };

export function adoptReminder(buyer: LoadedBuyer | undefined, row: ReminderRow): void {
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

export function adoptContact(buyer: LoadedBuyer | undefined, row: LoadedContact): void {
  if (buyer === undefined) return;
  buyer.contacts.push(row);
  const contact: Contact = { suppressed: row.suppressed, reportedAt: row.told_at, reportedId: row.told_id };
  setContact(buyer.state, row.kind, contact);
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

/** Whether a person has the case `c` now, be it because of its campaign or because somebody of the staff holds it. */
export const isPersonsNow = (sql: Sql) => sql`(c.manual or c.held_at is not null)`;

/** When it goes back to the reminders, or went; null: never. */
export const handBackAt = (sql: Sql) =>
  sql`case
    when c.manual then c.back_at
    when c.held_at is not null then case when c.held_until < '9999-01-01' then c.held_until end
    else greatest(c.back_at, c.held_until) end`;

/** `manual`, `manual_at` and `back_at`. A hold that is over and the only one is not named: its tasks tell of it. */
export const personColumns = (sql: Sql) =>
  sql`${isPersonsNow(sql)} as manual, case when c.manual then c.manual_at else coalesce(c.held_at, c.manual_at) end as manual_at,
    ${handBackAt(sql)} as back_at`;
