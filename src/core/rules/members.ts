/** Keeps the orders of a case up to date, opens the case and ends it (docs/rules.md, rules 1 and 13). */

import { isKnown, type Order, overState } from "../order/order.ts";
import type { Reason } from "../values/reason.ts";
import type { BuyerPolicy, BuyerState, Decision, OpenCase, TrackedOrder } from "./buyer-state.ts";
import { markSettled } from "./settle.ts";

/** An order that closes at this very instant is still open to an event of that instant, and closed to the clock. */
export type Phase = "event" | "clock";

function isOver(order: Order, now: number, phase: Phase): boolean {
  if (overState(order) !== null) return true;
  return order.closesAt !== null && (phase === "event" ? now > order.closesAt : now >= order.closesAt);
}

function isMember({ order, reportedAt }: TrackedOrder, now: number, phase: Phase): boolean {
  return reportedAt !== null && order.chaseFrom !== null && now >= order.chaseFrom && !isOver(order, now, phase);
}

/** Notes when orders became known. An order that was already over then is a whole-case row of its own: these are returned. */
export function adoptOrders(state: BuyerState, policy: BuyerPolicy, now: number): Decision[] {
  const over: Decision[] = [];
  for (const tracked of state.orders.values()) {
    const { order } = tracked;
    if (tracked.reportedAt !== null || !isKnown(order)) continue;
    tracked.reportedAt = now;
    if (order.chaseFrom !== null && isOver(order, now, "event"))
      over.push(wholeCase(policy.newId(), null, "closed", now, [order.id]));
  }
  return over;
}

export type Refreshed = { readonly changed: boolean; readonly decisions: readonly Decision[] };

const UNCHANGED: Refreshed = { changed: false, decisions: [] };
const CHANGED: Refreshed = { changed: true, decisions: [] };

/** Brings the members up to date; opens or ends the case. */
export function refreshMembers(state: BuyerState, policy: BuyerPolicy, now: number, phase: Phase): Refreshed {
  const members: string[] = [];
  for (const [id, tracked] of state.orders) if (isMember(tracked, now, phase)) members.push(id);
  if (members.length > 1) sortByCreation(state, members);
  const open = state.open;
  if (open === null) {
    if (members.length === 0) return UNCHANGED;
    state.open = openCase(policy.newId(), now, members);
    return CHANGED;
  }
  const left = open.members.filter((id) => !members.includes(id));
  if (left.length === 0 && members.length === open.members.length) {
    open.members = members;
    return UNCHANGED;
  }
  if (left.length > 0) noteDepartures(state, open, left, now, phase);
  open.members = members;
  return members.length === 0 ? { changed: true, decisions: endCase(state, open, now) } : CHANGED;
}

/** The first is the one that a text calls "the order". */
export function sortByCreation(state: BuyerState, ids: string[]): void {
  const created = (id: string) => state.orders.get(id)?.order.createdAt ?? 0;
  ids.sort((a, b) => created(a) - created(b) || (a < b ? -1 : 1));
}

function openCase(id: string, now: number, members: string[]): OpenCase {
  return {
    id,
    openedAt: now,
    campaign: null,
    members,
    counted: [],
    rows: [],
    hadPlan: false,
    manual: null,
    hold: null,
    promise: null,
    departures: null,
    whole: null,
  };
}

function noteDepartures(state: BuyerState, open: OpenCase, left: readonly string[], now: number, phase: Phase): void {
  const reasons = new Set(open.departures?.at === now ? open.departures.reasons : []);
  for (const id of left) {
    const order = state.orders.get(id)?.order;
    if (order === undefined) continue;
    reasons.add(overState(order) ?? (isOver(order, now, phase) ? "closed" : "excluded"));
  }
  open.departures = { at: now, reasons: [...reasons] };
}

const ENDS: readonly Reason[] = ["paid", "closed", "refunded", "excluded"];

/** Rule 13. */
function endCase(state: BuyerState, open: OpenCase, now: number): Decision[] {
  const happened = ENDS.find((reason) => open.departures?.reasons.includes(reason)) ?? "closed";
  const decisions = decideAll(state, open, happened, now);
  if (!open.hadPlan && open.whole !== null)
    decisions.push(wholeCase(open.id, open.campaign, open.whole.reason, open.whole.at, open.counted));
  state.open = null;
  return decisions;
}

/** Decides every planned row: a skip with its own reason, a send with `reason`. */
export function decideAll(state: BuyerState, open: OpenCase, reason: Reason, now: number): Decision[] {
  const decisions: Decision[] = [];
  for (const row of open.rows) {
    if (open.campaign !== null) markSettled(state, open.campaign, row, now, false);
    decisions.push({
      caseId: open.id,
      at: now,
      campaign: open.campaign,
      step: row.step,
      variant: null,
      kind: "skip",
      reason: row.kind === "skip" ? row.reason : reason,
      orders: open.counted,
      channel: null,
      row,
    });
  }
  open.rows = [];
  return decisions;
}

function wholeCase(
  caseId: string,
  campaign: Decision["campaign"],
  reason: Reason,
  at: number,
  orders: readonly string[],
): Decision {
  return { caseId, at, campaign, step: null, variant: null, kind: "skip", reason, orders, channel: null, row: null };
}
