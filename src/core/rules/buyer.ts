/**
 * Changes the state of one buyer of one shop: `applyChange` when something is reported, `advance` when time passes. The live service and
 * the rehearsal run exactly these functions. They differ only in where a state comes from and where its decisions go. A state is changed
 * in place; its owner holds the buyer's lock. Instants are epoch ms; rule numbers are those of docs/rules.md.
 */

import { handBackAt } from "../desk/persons.ts";
import { isKnown, overState } from "../order/order.ts";
import type { BuyerPolicy, BuyerState, Decision, OpenCase } from "./buyer-state.ts";
import { decideSend, decideSkips, handBack } from "./decide.ts";
import { adoptOrders, refreshMembers } from "./members.ts";
import { isWaiting, takesPausedChannel, wakeOf } from "./pause.ts";
import { factsKey, replan } from "./replan.ts";

/** Puts something reported at `now` into the state, by calling `change`. Replans when it matters. */
export function applyChange(state: BuyerState, policy: BuyerPolicy, now: number, change: () => void): Decision[] {
  const before = state.open === null ? null : factsKey(state);
  change();
  const decisions = adoptOrders(state, policy, now);
  decisions.push(...refreshMembers(state, policy, now, "event").decisions);
  if (state.open !== null && (before === null || before !== factsKey(state)))
    decisions.push(...replan(state, policy, now));
  return decisions;
}

/**
 * Replans whether or not a fact changed: for a new version of a campaign. `keepTimes`: an overdue send (live, a worker may have been
 * away) keeps its time, to be judged as late.
 */
export function touch(state: BuyerState, policy: BuyerPolicy, now: number, keepTimes = false): Decision[] {
  const { decisions } = refreshMembers(state, policy, now, "event");
  return [...decisions, ...replan(state, policy, now, keepTimes)];
}

/**
 * Rule 11, what is due at `now`: closings by the clock, the end of a promise, then the handing back of a person's case, then planned skips, then sends in list
 * order, those on paused channels last. Replans after each.
 */
export function advance(state: BuyerState, policy: BuyerPolicy, now: number): Decision[] {
  const { changed, decisions: closings } = refreshMembers(state, policy, now, "clock");
  const decisions = [...closings];
  if (changed) decisions.push(...replan(state, policy, now));
  endPromise(state, now);
  while (state.open !== null) {
    const open = state.open;
    const back = handBackAt(open);
    const due = open.rows.filter(
      (row) => row.at <= now && (back === null || row.at < back) && !isWaiting(state, row, now),
    );
    const theCase = { state, policy, open, now };
    if (back !== null && back <= now && due.length === 0) {
      decisions.push(...handBack(theCase, back));
      continue;
    }
    const send = due.find((row) => !takesPausedChannel(state, policy, row)) ?? due[0];
    if (send === undefined) break;
    const skips = due.filter(({ kind }) => kind === "skip");
    decisions.push(...(skips.length > 0 ? decideSkips(theCase, skips) : decideSend(theCase, send)));
  }
  return decisions;
}

/** Marks a promise whose time has come: the staff learns of it if it was not kept. The sends that waited for it are planned already. */
function endPromise({ open }: BuyerState, now: number): void {
  if (open === null || open.promise === null) return;
  if (open.promise.isOver !== true && open.promise.at <= now) open.promise = { ...open.promise, isOver: true };
}

/** The time of the promise, if that is still to come. */
const promiseEnd = ({ promise }: OpenCase): number | null =>
  promise === null || promise.isOver === true ? null : promise.at;

/** When `advance` next has something to do (a row's time, a close, the start of a balance window, a case to hand back, the end of a promise), or null. */
export function nextWake(state: BuyerState, now: number): number | null {
  let wake = Number.POSITIVE_INFINITY;
  const open = state.open;
  for (const row of open?.rows ?? []) wake = Math.min(wake, wakeOf(state, row, now));
  if (open !== null) wake = Math.min(wake, promiseEnd(open) ?? wake);
  if (open !== null) wake = Math.min(wake, handBackAt(open) ?? wake);
  for (const [id, { order }] of state.orders) {
    if (open?.members.includes(id)) wake = Math.min(wake, order.closesAt ?? wake);
    else if (order.chaseFrom !== null && order.chaseFrom > now && isKnown(order) && overState(order) === null)
      wake = Math.min(wake, order.chaseFrom);
  }
  return Number.isFinite(wake) ? wake : null;
}
