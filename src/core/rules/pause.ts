/**
 * A paused shop is a shop whose campaigns are all paused. A paused payment method holds the sends that would name one of its orders, as if their
 * campaign were paused. A paused channel is one that takes nothing: its sends are queued for it
 * (dispatch/claim.ts), and end as `channel_down` when they are of no use any more.
 *
 * A paused campaign keeps its plan. A send whose time has come waits as long as it is useful, and then ends as `campaign_paused`. When
 * the campaign is resumed in time, the send is judged as one that is taken up late (docs/rules.md, rule 14).
 */

import { type BuyerPolicy, type BuyerState, isPaused, usableChannel } from "./buyer-state.ts";
import { usefulUntil } from "./judge.ts";
import type { PlannedRow } from "./plan.ts";

export function isWaiting(state: BuyerState, row: PlannedRow, now: number): boolean {
  const campaign = state.open?.campaign ?? null;
  if (campaign === null || row.kind !== "send" || row.at > now || !isPaused(state, campaign)) return false;
  return now <= usefulUntil(campaign, row);
}

/** Whether the send would take a paused channel now. It must not hold up a later send on another channel. */
export function takesPausedChannel(state: BuyerState, policy: BuyerPolicy, row: PlannedRow): boolean {
  if (policy.pausedChannels === undefined || row.kind !== "send") return false;
  const step = state.open?.campaign?.steps.find(({ id }) => id === row.step);
  const usable = step === undefined ? null : usableChannel(step, state, policy);
  return usable !== null && usable.channel !== null && usable.paused === true;
}

/** When there is next something to decide about the row: its time, or the end of its waiting. */
export function wakeOf(state: BuyerState, row: PlannedRow, now: number): number {
  const campaign = state.open?.campaign ?? null;
  return campaign !== null && isWaiting(state, row, now) ? usefulUntil(campaign, row) + 1 : row.at;
}

/**
 * Rule 6 moves an overdue send to now, which makes it look fresh: each replanning would let it wait longer, and it would be sent however
 * late it is. So a send that was overdue keeps the later of its old time and its time in the new plan before rule 6.
 */
export function keepOverdue(before: readonly PlannedRow[], planned: readonly PlannedRow[], now: number): PlannedRow[] {
  return planned.map((row) => {
    const old = before.find(({ step, kind }) => step === row.step && kind === "send");
    const late = row.moves.find(({ rule }) => rule === "late");
    if (row.kind !== "send" || row.at !== now || old === undefined || old.at >= now || late === undefined) return row;
    return { ...row, at: Math.max(old.at, late.from), moves: row.moves.filter((move) => move !== late) };
  });
}
