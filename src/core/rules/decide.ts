/** Deciding a row for good, and what that settles (docs/rules.md, rules 11, 12, 14 and 15). */

import type { Campaign } from "../values/policy.ts";
import type { Reason } from "../values/reason.ts";
import { isHeldOut, variantOf } from "./arms.ts";
import { type BuyerPolicy, type BuyerState, type Decision, type OpenCase, standingSends } from "./buyer-state.ts";
import { usefulUntil } from "./pause.ts";
import type { PlannedRow } from "./plan.ts";
import { isQuiet, quietEnd } from "./quiet.ts";
import { quietHoursOf, replan, usableChannel } from "./replan.ts";
import { markSettled } from "./settle.ts";

/**
 * Decides the first of the planned skips that are due, and plans anew as of its time. Those that are later than a worker may be
 * are decided together: it must not find a new reason for the second because it decided the first.
 */
export function decideSkips(
  state: BuyerState,
  policy: BuyerPolicy,
  open: OpenCase,
  due: readonly PlannedRow[],
  now: number,
  out: Decision[],
): void {
  const late = due.filter(({ at }) => momentOf(policy, open.campaign, at, now) !== at);
  const rows = late.length > 0 ? late : due.slice(0, 1);
  for (const row of rows) {
    out.push({ ...decided(open, row, now, null), reason: row.reason });
    if (open.campaign !== null) markSettled(state, open.campaign, row, now, false);
  }
  open.rows = open.rows.filter((row) => !rows.includes(row));
  replan(state, policy, momentOf(policy, open.campaign, Math.max(...rows.map(({ at }) => at)), now), out);
}

/** Decides a send that is due, or puts it off; false: there is no room under its channel's rate now. */
export function decideSend(
  state: BuyerState,
  policy: BuyerPolicy,
  open: OpenCase,
  row: PlannedRow,
  now: number,
  out: Decision[],
): boolean {
  const campaign = open.campaign;
  const step = campaign?.steps.find(({ id }) => id === row.step);
  if (campaign === null || step === undefined) {
    skip(state, policy, open, row, "superseded", now, out);
    return true;
  }
  const at = momentOf(policy, campaign, row.at, now);
  const verdict = judge(state, policy, campaign, row, at);
  if (verdict.kind === "defer") {
    open.rows = open.rows.map((each) => (each === row ? { ...row, at: verdict.until } : each));
    return true;
  }
  const variant = variantOf(campaign, state.shop.id, state.bucket, state.treated.get(campaign.key));
  if (verdict.kind === "skip") {
    skip(state, policy, open, row, verdict.reason, now, out, variant);
    return true;
  }
  if (policy.grant !== undefined && !policy.grant(verdict.channel)) return false;
  const orders = payableInTime(state, open, campaign, at);
  out.push({ ...decided(open, row, now, variant), kind: "send", orders, channel: verdict.channel });
  state.sends.push({ at: now, campaign: campaign.key, step: row.step, caseId: open.id, orders, dueAt: row.at });
  settle(state, policy, open, campaign, row, now, true, out);
  return true;
}

/** What happens at a row's time happens at that time, though a worker takes it up a little later; never for more than half of `minLead`. */
function momentOf(policy: BuyerPolicy, campaign: Campaign | null, dueAt: number, now: number): number {
  const late = now - dueAt;
  return late > 0 && late <= Math.min(policy.takeUp ?? 0, (campaign?.minLead ?? 0) / 2) ? dueAt : now;
}

/** When a send that is due and finds no room would be of no use any more: it is decided then, whether or not its turn has come. */
export function uselessAt(policy: BuyerPolicy, campaign: Campaign, row: PlannedRow): number {
  const tolerated = Math.min(policy.takeUp ?? 0, campaign.minLead / 2);
  return Math.max(usefulUntil(campaign, row), row.at + tolerated) + 1;
}

type Verdict =
  | { readonly kind: "send"; readonly channel: string }
  | { readonly kind: "defer"; readonly until: number }
  | { readonly kind: "skip"; readonly reason: Reason };

/** The pause (a send is not asked for while it waits), a late take-up (rule 14), the cap, the holdout and the channel, in this order. */
function judge(state: BuyerState, policy: BuyerPolicy, campaign: Campaign, row: PlannedRow, now: number): Verdict {
  if (campaign.paused === true) return { kind: "skip", reason: "campaign_paused" };
  if (now > row.at) {
    if (row.latest !== null && now > row.latest) return { kind: "skip", reason: "no_time" };
    if (now - row.at > campaign.staleAfter) return { kind: "skip", reason: "stale" };
    const quiet = quietHoursOf(campaign, state);
    const zone = state.zone ?? state.shop.timeZone;
    if (quiet !== null && isQuiet(quiet, zone, now)) {
      const end = quietEnd(quiet, zone, now);
      if (row.latest === null || end <= row.latest) return { kind: "defer", until: end };
      return { kind: "skip", reason: "quiet_hours" };
    }
  }
  const { max, per } = campaign.limits;
  const recent = standingSends(state).filter(({ at }) => at > now - per && at <= now).length;
  if (recent >= max) return { kind: "skip", reason: "cap" };
  if (isHeldOut(campaign, state.shop.id, state.bucket)) return { kind: "skip", reason: "holdout" };
  const step = campaign.steps.find(({ id }) => id === row.step);
  const usable = step === undefined ? null : usableChannel(step, state, policy);
  if (usable === null || usable.channel === null)
    return { kind: "skip", reason: usable?.why === "suppressed" ? "suppressed" : "no_contact" };
  return { kind: "send", channel: usable.channel };
}

function payableInTime(state: BuyerState, open: OpenCase, campaign: Campaign, now: number): string[] {
  return open.counted.filter((id) => {
    const closesAt = state.orders.get(id)?.order.closesAt ?? null;
    return closesAt === null || now <= closesAt - campaign.minLead;
  });
}

function decided(open: OpenCase, row: PlannedRow, now: number, variant: string | null): Decision {
  return {
    caseId: open.id,
    at: now,
    campaign: open.campaign,
    step: row.step,
    variant,
    kind: "skip",
    reason: null,
    orders: open.counted,
    channel: null,
    row,
  };
}

function skip(
  state: BuyerState,
  policy: BuyerPolicy,
  open: OpenCase,
  row: PlannedRow,
  reason: Reason,
  now: number,
  out: Decision[],
  variant: string | null = null,
): void {
  out.push({ ...decided(open, row, now, variant), reason });
  if (open.campaign !== null) settle(state, policy, open, open.campaign, row, now, reason === "holdout", out);
}

/** Settles, plans anew, and decides as superseded what a send (or a holdout's skip) takes away from the steps before it. */
function settle(
  state: BuyerState,
  policy: BuyerPolicy,
  open: OpenCase,
  campaign: Campaign,
  row: PlannedRow,
  now: number,
  asSend: boolean,
  out: Decision[],
): void {
  markSettled(state, campaign, row, now, asSend);
  const earlier = open.rows.filter(({ index }) => index < row.index);
  const counted = open.counted;
  open.rows = open.rows.filter((each) => each !== row);
  replan(state, policy, now, out);
  if (!asSend) return;
  for (const gone of earlier) {
    if (open.rows.some(({ step }) => step === gone.step)) continue;
    out.push({ ...decided(open, gone, now, null), reason: "superseded", orders: counted });
  }
}
