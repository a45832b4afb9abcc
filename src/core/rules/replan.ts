/** Choosing the campaign of a case and planning its rows anew (docs/rules.md, rules 2, 3 to 10 and 16). */

import { type Order, silencingPayment } from "../order/order.ts";
import type { Campaign, QuietHours, Step } from "../values/policy.ts";
import type { Reason } from "../values/reason.ts";
import { type BuyerPolicy, type BuyerState, type Decision, type OpenCase, standingSends } from "./buyer-state.ts";
import { chooseCampaign, isExcluded, sumReaches } from "./match.ts";
import { decideAll } from "./members.ts";
import { keepOverdue } from "./pause.ts";
import { type PlannedRow, type PlanOrder, planSteps } from "./plan.ts";

/** Everything whose change re-plans a case, in one string to compare. */
export function factsKey(state: BuyerState): string {
  let key = `${state.zone}|${paidAt(state)}|${state.open?.promise?.at}`;
  for (const [kind, contact] of state.contacts)
    key += `|${kind} ${contact.suppressed} ${contact.reportedAt} ${contact.reportedId}`;
  for (const id of state.open?.members ?? []) {
    const order = state.orders.get(id)?.order;
    if (order !== undefined)
      key += `\n${id} ${order.createdAt} ${order.closesAt} ${order.amount} ${order.currency} ${order.tags.join(" ")}`;
  }
  return key;
}

/** The latest payment of the buyer that silences reminders (rule 8), or null. */
export function paidAt(state: BuyerState): number | null {
  let latest = state.otherPaidAt;
  for (const { order } of state.orders.values()) {
    const paid = silencingPayment(order);
    if (paid !== null && (latest === null || paid > latest)) latest = paid;
  }
  return latest;
}

export function quietHoursOf(campaign: Campaign, state: BuyerState): QuietHours | null {
  if (campaign.quietHours === "off") return null;
  return campaign.quietHours ?? state.shop.quietHours;
}

export type UsableChannel =
  | { readonly channel: string }
  | { readonly channel: null; readonly why: "suppressed" | "none" };

/** The first channel of the step that is configured and has an unsuppressed contact, or why there is none (rule 7). */
export function usableChannel(step: Step, state: BuyerState, policy: Pick<BuyerPolicy, "channels">): UsableChannel {
  let why: "suppressed" | "none" = "none";
  for (const channel of step.channels) {
    const kind = policy.channels.get(channel);
    if (kind === undefined) continue;
    const contact = kind === "chat" ? lastTold(state, "chat.") : state.contacts.get(kind);
    if (contact === undefined) continue;
    if (!contact.suppressed) return { channel };
    why = "suppressed";
  }
  return { channel: null, why };
}

function lastTold(state: BuyerState, prefix: string) {
  let last: { suppressed: boolean; reportedAt: number; reportedId: string } | undefined;
  for (const [kind, contact] of state.contacts) {
    if (!kind.startsWith(prefix)) continue;
    const later =
      last === undefined ||
      contact.reportedAt > last.reportedAt ||
      (contact.reportedAt === last.reportedAt && contact.reportedId > last.reportedId);
    if (later) last = contact;
  }
  return last;
}

/** `keepTimes`: what is overdue keeps its time instead of being dated to now; so it always is while the campaign is paused. */
export function replan(state: BuyerState, policy: BuyerPolicy, now: number, out: Decision[], keepTimes = false): void {
  const open = state.open;
  if (open === null) return;
  const orders = ordersOf(state, open.members);
  const chosen = stays(state, open, policy)
    ? { kind: "campaign" as const, campaign: open.campaign }
    : chooseCampaign(policy.campaigns, state.shop.id, orders);
  if (chosen.kind === "none" || chosen.campaign === null) {
    const reason = chosen.kind === "none" ? chosen.reason : "no_campaign";
    // The rows of a plan that no campaign carries any more are decided, so that nothing ends silently.
    decideAll(state, open, reason, now, out);
    open.campaign = null;
    open.counted = open.members;
    wait(open, open.manual ? "manual" : reason, now);
    return;
  }
  const campaign = chosen.campaign;
  open.campaign = campaign;
  const counting = orders.filter((order) => !isExcluded(campaign, state.shop.id, order));
  // A campaign that stays after a send may have come to exclude all that is left: its rows do not end silently either.
  if (counting.length === 0) decideAll(state, open, "excluded", now, out);
  open.counted = counting.map(({ id }) => id);
  open.manual ||= campaign.manual !== null && sumReaches(counting, campaign.manual.amountAtLeast);
  if (open.manual && !open.hadPlan) {
    wait(open, "manual", now);
    return;
  }
  const planned = planSteps({
    now,
    campaign,
    quiet: quietHoursOf(campaign, state),
    zone: state.zone ?? state.shop.timeZone,
    orders: planOrders(state, open.counted),
    contactFor: (step) => {
      const usable = usableChannel(step, state, policy);
      return usable.channel === null ? usable.why : "usable";
    },
    paidAt: paidAt(state),
    sends: standingSends(state),
    promisedAt: open.promise?.at ?? null,
  });
  const rows = keepTimes || campaign.paused === true ? keepOverdue(open.rows, planned, now) : planned;
  open.rows = open.manual ? rows.map(inPersonsHands) : rows;
  open.whole = null;
  if (rows.length > 0) open.hadPlan = true;
}

/** A case that becomes a person's after it had a plan: what is left of the plan is skipped at its times. */
function inPersonsHands(row: PlannedRow): PlannedRow {
  return row.kind === "send" ? { ...row, kind: "skip", reason: "manual" } : row;
}

/** Rule 2: after a send the campaign stays while an order which that send named is still in the case. */
function stays(state: BuyerState, open: OpenCase, policy: BuyerPolicy): boolean {
  const key = open.campaign?.key;
  const current = policy.campaigns.find((campaign) => campaign.key === key);
  if (key === undefined || current === undefined) return false;
  open.campaign = current;
  return state.sends.some(
    (send) => send.caseId === open.id && send.campaign === key && send.orders.some((id) => open.members.includes(id)),
  );
}

function wait(open: OpenCase, reason: Reason, now: number): void {
  if (open.hadPlan) return;
  if (open.whole?.reason !== reason) open.whole = { reason, at: now };
}

function ordersOf(state: BuyerState, ids: readonly string[]): Order[] {
  const orders: Order[] = [];
  for (const id of ids) {
    const tracked = state.orders.get(id);
    if (tracked !== undefined) orders.push(tracked.order);
  }
  return orders;
}

function planOrders(state: BuyerState, ids: readonly string[]): PlanOrder[] {
  const orders: PlanOrder[] = [];
  for (const id of ids) {
    const tracked = state.orders.get(id);
    if (tracked === undefined || tracked.order.createdAt === null) continue;
    const { createdAt, closesAt } = tracked.order;
    orders.push({ id, createdAt, closesAt, reportedAt: tracked.reportedAt ?? 0, settled: tracked.settled });
  }
  return orders;
}
