/** Decides rows for good, and settles their steps (docs/rules.md, rules 11, 12, 14 and 15). */

import { endedBy } from "../desk/persons.ts";
import { SECOND } from "../values/duration.ts";
import type { Campaign } from "../values/policy.ts";
import type { Reason } from "../values/reason.ts";
import { isHeldOut, variantOf } from "./arms.ts";
import {
  type BuyerPolicy,
  type BuyerState,
  type Decision,
  isPaused,
  type OpenCase,
  sendFacts,
  usableChannel,
} from "./buyer-state.ts";
import { isInTime, judgeSend, usefulUntil } from "./judge.ts";
import type { PlannedRow } from "./plan.ts";
import { replan } from "./replan.ts";
import { markSettled } from "./settle.ts";

/** A buyer's open case at a moment. `open` is the state's. */
export type Case = {
  readonly state: BuyerState;
  readonly policy: BuyerPolicy;
  readonly open: OpenCase;
  readonly now: number;
};

/**
 * Decides the first of the planned skips that are due, and replans as of its time. Skips that are later than a worker may be are decided
 * together: the replanning after the first must not find a new reason for the second.
 */
export function decideSkips(theCase: Case, due: readonly PlannedRow[]): Decision[] {
  const { state, policy, open, now } = theCase;
  const late = due.filter(({ at }) => momentOf(theCase, at) !== at);
  const rows = late.length > 0 ? late : due.slice(0, 1);
  const decisions: Decision[] = [];
  for (const row of rows) {
    decisions.push(skipped(theCase, row, row.reason));
    if (open.campaign !== null) markSettled(state, open.campaign, row, now, false);
  }
  open.rows = open.rows.filter((row) => !rows.includes(row));
  decisions.push(...replan(state, policy, momentOf(theCase, Math.max(...rows.map(({ at }) => at)))));
  return decisions;
}

/** Rule 16: gives a person's case back to the reminders at its time. Its plan is that of orders which were reported then. */
export function handBack(theCase: Case, at: number): Decision[] {
  const { state, policy, open } = theCase;
  Object.assign(open, endedBy(open, at));
  return replan(state, policy, momentOf(theCase, at));
}

/** Decides a send that is due, or defers it. */
export function decideSend(theCase: Case, row: PlannedRow): Decision[] {
  const { state, policy, open, now } = theCase;
  const { campaign } = open;
  const step = campaign?.steps.find(({ id }) => id === row.step);
  if (campaign === null || step === undefined) return settle(theCase, row, skipped(theCase, row, "superseded"));
  // A send of a paused campaign is due once more when its useful time is over. One that cannot leave in time is late, however little.
  const isLate =
    isPaused(state, campaign) || now > leaveBy({ state, policy, campaign }, { ...row, orders: [] }, now, "first");
  const moment = isLate ? now : momentOf(theCase, row.at);
  const usable = usableChannel(step, state, policy);
  const verdict = judgeSend(sendFacts(state, campaign), row, moment, usable, "first");
  const isLost = mayBeLost(policy, row) && (verdict.kind !== "skip" || isTooLate(verdict.reason));
  if (verdict.kind === "defer" && !isLost) {
    open.rows = open.rows.map((each) => (each === row ? { ...row, at: verdict.until } : each));
    return [];
  }
  const variant = variantOf(campaign, state.shop.id, state.bucket, state.treated.get(campaign.key));
  if (verdict.kind === "skip" && !isLost) return settle(theCase, row, skipped(theCase, row, verdict.reason, variant));
  const orders = payableInTime(state, open.counted, campaign, isLost ? Math.min(row.at, moment) : moment);
  const isFirst = !state.sends.some(({ caseId, campaign: key }) => caseId === open.id && key === campaign.key);
  const send = { at: now, campaign: campaign.key, step: row.step, caseId: open.id, dueAt: row.at };
  const stake = isFirst ? { stake: orders } : {};
  const isHeld = isHeldOut(campaign, state.shop.id, state.bucket);
  if (isHeld || isLost || verdict.kind !== "send") {
    // It counts as a send: both arms live alike, and the lost one may have reached the buyer.
    state.sends.push({ ...send, orders: open.counted });
    const reason = isHeld ? "holdout" : "unknown_outcome";
    return settle(theCase, row, { ...skipped(theCase, row, reason, variant), ...stake });
  }
  state.sends.push({ ...send, orders });
  const sent = {
    ...skipped(theCase, row, null, variant),
    ...stake,
    kind: "send",
    orders,
    channel: verdict.channel,
  } as const;
  return settle(theCase, row, sent);
}

/**
 * The moment as of which a row is decided: its own time, though a worker takes it up a little later, and never by more than half of
 * `minLead`; else now.
 */
function momentOf({ policy, open, now }: Case, dueAt: number): number {
  const late = now - dueAt;
  return late > 0 && late <= tolerated(policy, open.campaign) ? dueAt : now;
}

const tolerated = (policy: BuyerPolicy, campaign: Campaign | null): number =>
  Math.min(policy.takeUp ?? 0, (campaign?.minLead ?? 0) / 2);

const isTooLate = (reason: Reason): boolean => reason === "stale" || reason === "no_time";

/** Rule 14: it was due before the store lost what was committed last, so it may have been claimed then. Rule 6 moves it, as it moves what is late. */
function mayBeLost({ lostUntil = null }: BuyerPolicy, { at, moves }: PlannedRow): boolean {
  return lostUntil !== null && (moves.find(({ rule }) => rule === "late")?.from ?? at) <= lostUntil;
}

/** When a queued send that is due would be of no use any more: it is decided then, whether or not its turn has come. */
export function uselessAt(policy: BuyerPolicy, campaign: Campaign, row: PlannedRow): number {
  return Math.max(usefulUntil(campaign, row), row.at + tolerated(policy, campaign)) + 1;
}

/** A first attempt that is planned for the very end of its useful time has this long to leave, from when it is taken up. */
const LAST_MOMENT = SECOND / 2;

/**
 * The last moment at which a claimed send may leave: not stale, and in time for every order that it names. A first attempt that was planned
 * for that very moment cannot leave before it, so it has half a second more; but it never leaves after a close.
 */
export function leaveBy(
  { state, policy, campaign }: { state: BuyerState; policy: BuyerPolicy; campaign: Campaign },
  send: { readonly at: number; readonly latest: number | null; readonly orders: readonly string[] },
  claimedAt: number,
  attempt: "first" | "retry",
): number {
  const close = Math.min(...send.orders.map((id) => state.orders.get(id)?.order.closesAt ?? Number.POSITIVE_INFINITY));
  const end = Math.min(usefulUntil(campaign, send), close - campaign.minLead);
  if (attempt === "retry" || end - send.at >= LAST_MOMENT) return end;
  const takenUp = Math.min(Math.max(send.at, claimedAt), send.at + tolerated(policy, campaign));
  return Math.min(Math.max(end, takenUp + LAST_MOMENT), close);
}

/**
 * The last monotonic time at which a claimed send may begin: within its lease, and not after `leaveBy`. The database said its time of the claim
 * after `askedAt`, a monotonic time, so a moment of its clock is reached no earlier than computed here.
 */
export function startBy(
  claim: { readonly askedAt: number; readonly claimedAt: number; readonly leaveBy: number },
  leaseMs: number,
  timeoutMs: number,
): number {
  const { askedAt, claimedAt, leaveBy } = claim;
  return askedAt + Math.min(leaseMs - timeoutMs, leaveBy - claimedAt);
}

/** The orders that can still be paid in time. */
export function payableInTime(state: BuyerState, ids: readonly string[], campaign: Campaign, now: number): string[] {
  return ids.filter((id) => {
    const closesAt = state.orders.get(id)?.order.closesAt ?? null;
    return isInTime(now, closesAt === null ? null : closesAt - campaign.minLead);
  });
}

function skipped({ open, now }: Case, row: PlannedRow, reason: Reason | null, variant: string | null = null): Decision {
  return {
    caseId: open.id,
    at: now,
    campaign: open.campaign,
    step: row.step,
    variant,
    kind: "skip",
    reason,
    orders: open.counted,
    channel: null,
    row,
  };
}

/**
 * Settles the decided row and replans. A send, and a skip in its place (`holdout`, `unknown_outcome`), takes the rows of the steps before it away: these are decided
 * as superseded.
 */
function settle({ state, policy, open, now }: Case, row: PlannedRow, decision: Decision): Decision[] {
  const asSend = decision.kind === "send" || decision.reason === "holdout" || decision.reason === "unknown_outcome";
  if (open.campaign !== null) markSettled(state, open.campaign, row, now, asSend);
  const earlier = open.rows.filter(({ index }) => index < row.index);
  const counted = open.counted;
  open.rows = open.rows.filter((each) => each !== row);
  const decisions = [decision, ...replan(state, policy, now)];
  if (!asSend) return decisions;
  for (const gone of earlier) {
    if (open.rows.some(({ step }) => step === gone.step)) continue;
    decisions.push({ ...skipped({ state, policy, open, now }, gone, "superseded"), orders: counted });
  }
  return decisions;
}
