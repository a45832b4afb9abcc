/**
 * One buyer of one shop, and how it changes when something is told (`applyChange`) or when time passes (`advance`). The live service
 * and the rehearsal both run exactly these; they differ only in where a state comes from and where its decisions go. A state
 * is changed in place and belongs to whoever holds the buyer's lock. Instants are epoch ms; rule numbers are those of docs/rules.md.
 */

import { isKnown, overState } from "../order/order.ts";
import type { BuyerPolicy, BuyerState, Decision } from "./buyer-state.ts";
import { decideSend, decideSkips } from "./decide.ts";
import { adoptOrders, refreshMembers } from "./members.ts";
import { isWaiting, wakeOf } from "./pause.ts";
import { factsKey, replan } from "./replan.ts";

/** Something was told at `now`: `change` puts it into the state. Re-plans when it matters. */
export function applyChange(state: BuyerState, policy: BuyerPolicy, now: number, change: () => void): Decision[] {
  const out: Decision[] = [];
  const before = state.open === null ? null : factsKey(state);
  change();
  adoptOrders(state, policy, now, out);
  refreshMembers(state, policy, now, "event", out);
  if (state.open !== null && (before === null || before !== factsKey(state))) replan(state, policy, now, out);
  return out;
}

/**
 * Plans anew whether or not a fact changed: a new version of a campaign. `keepTimes`: what was overdue (live, a worker may have been
 * away) stays so, to be judged as late.
 */
export function touch(state: BuyerState, policy: BuyerPolicy, now: number, keepTimes = false): Decision[] {
  const out: Decision[] = [];
  refreshMembers(state, policy, now, "event", out);
  if (state.open !== null) replan(state, policy, now, out, keepTimes);
  return out;
}

/** Rule 11, what is due at `now`: closings by the clock, then planned skips, then sends in list order, re-planning after each. */
export function advance(state: BuyerState, policy: BuyerPolicy, now: number): Decision[] {
  const out: Decision[] = [];
  if (refreshMembers(state, policy, now, "clock", out) && state.open !== null) replan(state, policy, now, out);
  while (state.open !== null) {
    const open = state.open;
    const due = open.rows.filter((row) => row.at <= now && !isWaiting(open, row, now));
    const skips = due.filter(({ kind }) => kind === "skip");
    const [send] = due;
    if (skips.length > 0) decideSkips(state, policy, open, skips, now, out);
    else if (send === undefined || !decideSend(state, policy, open, send, now, out)) break;
  }
  return out;
}

/** When `advance` next has something to do (a row's time, a close, the start of a balance window), or null. */
export function nextWake(state: BuyerState, now: number): number | null {
  let wake = Number.POSITIVE_INFINITY;
  const open = state.open;
  for (const row of open?.rows ?? []) wake = Math.min(wake, open === null ? row.at : wakeOf(open, row, now));
  for (const [id, { order }] of state.orders) {
    if (open?.members.includes(id)) wake = Math.min(wake, order.closesAt ?? wake);
    else if (order.chaseFrom !== null && order.chaseFrom > now && isKnown(order) && overState(order) === null)
      wake = Math.min(wake, order.chaseFrom);
  }
  return Number.isFinite(wake) ? wake : null;
}
