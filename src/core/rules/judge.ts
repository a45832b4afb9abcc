/**
 * The one judge of sends: what docs/rules.md makes of a planned send at a moment (rules 5, 7 to 9, 11, 14 and 16). The planner asks the
 * single rules to give a row its time. `judgeSend` asks all of them, before a first attempt and before each retry: a retry is a planned
 * send that moved once more. Pure; instants are epoch ms.
 */

import type { Campaign, QuietHours } from "../values/policy.ts";
import type { Reason } from "../values/reason.ts";
import { isQuiet, quietEnd } from "./quiet.ts";

/** A send that stands: claimed, accepted or of unknown outcome. */
export type PastSend = { readonly at: number; readonly campaign: string; readonly step: string };

/** The buyer's facts for the rules. */
export type SendFacts = {
  readonly campaign: Campaign;
  /** Whether its campaign, its shop or the payment method of one of its orders is paused. Absent: no. The planner does not ask. */
  readonly paused?: boolean;
  /** The campaign's quiet hours, else the shop's. */
  readonly quiet: QuietHours | null;
  /** The buyer's zone, else the shop's. */
  readonly zone: string;
  /** The latest payment of the buyer that silences reminders. */
  readonly paidAt: number | null;
  readonly sends: readonly PastSend[];
  /** When the buyer promised to pay; null: no promise. */
  readonly promisedAt: number | null;
};

/** A send of a step at a time. `latest`: the last useful moment; null: its orders never close. */
export type Send = { readonly step: string; readonly at: number; readonly latest: number | null };

/** The channel that a send may take, or why no channel is usable. */
export type UsableChannel =
  | { readonly channel: string; readonly paused?: true }
  | { readonly channel: null; readonly why: NoChannel };

/** `cap`: each channel that has a contact sent it as much as it may. */
type NoChannel = "suppressed" | "none" | "cap";

type Skip = { readonly kind: "skip"; readonly reason: Reason };

/** The answer of one rule about a send; null: no objection. */
export type Ruling =
  | { readonly kind: "defer"; readonly rule: "quiet" | "promise" | "gap"; readonly until: number }
  | Skip
  | null;

export type Verdict =
  | { readonly kind: "send"; readonly channel: string }
  | { readonly kind: "defer"; readonly until: number }
  | Skip;

/**
 * Judges a planned send at `now`. `attempt`: a retry is useful until it would be stale, and no rule moves it past that moment; after it
 * the send ends as `channel_down`.
 */
export function judgeSend(
  facts: SendFacts,
  send: Send,
  now: number,
  usable: UsableChannel,
  attempt: "first" | "retry",
): Verdict {
  const { campaign } = facts;
  const until = usefulUntil(campaign, send);
  if (now > until) return skip(tooLate(facts, send, now, attempt, usable));
  const moved: Send = { step: send.step, at: now, latest: attempt === "retry" ? until : send.latest };
  // The planner has kept quiet hours at the send's own time.
  const wait = (now > send.at ? keepQuiet(facts, moved) : null) ?? keepPromise(facts, moved);
  if (wait !== null) return wait;
  if (usable.channel === null) return skip(whyNoContact(usable.why));
  const ruling = keepSilence(facts, moved) ?? keepDistance(facts, moved);
  if (ruling !== null) return ruling;
  // A first attempt on a paused channel waits in the queue of the channel, as behind a rate limit (dispatch/claim.ts).
  if (facts.paused === true || (attempt === "retry" && usable.paused === true))
    return { kind: "defer", until: until + 1 };
  return keepCap(facts, moved) ?? { kind: "send", channel: usable.channel };
}

/** The last moment at which a send is worth an attempt: in time for the buyer to act, and not stale. */
export function usefulUntil({ staleAfter }: Campaign, { at, latest }: Pick<Send, "at" | "latest">): number {
  const stale = at + staleAfter;
  return latest === null ? stale : Math.min(stale, latest);
}

/** Rule 14. Why a send is of no use any more that was not tried. */
export const whyTooLate = (latest: number | null, now: number): Reason => (isInTime(now, latest) ? "stale" : "no_time");

/** Rule 14. */
function tooLate(
  { paused }: SendFacts,
  { latest }: Send,
  now: number,
  attempt: "first" | "retry",
  usable: UsableChannel,
): Reason {
  if (paused === true) return "campaign_paused";
  if (attempt === "retry" || (usable.channel !== null && usable.paused === true)) return "channel_down";
  return whyTooLate(latest, now);
}

/** Rule 5: a time in quiet hours moves to their end. */
export function keepQuiet({ quiet, zone }: SendFacts, { at, latest }: Send): Ruling {
  if (quiet === null || !isQuiet(quiet, zone, at)) return null;
  const end = quietEnd(quiet, zone, at);
  return isInTime(end, latest) ? { kind: "defer", rule: "quiet", until: end } : skip("quiet_hours");
}

/** Rule 16: a send that is earlier than the promised time moves to it. */
export function keepPromise({ promisedAt }: SendFacts, { at, latest }: Send): Ruling {
  if (promisedAt === null || at >= promisedAt) return null;
  return isInTime(promisedAt, latest) ? { kind: "defer", rule: "promise", until: promisedAt } : skip("promised");
}

/** Rule 7. */
export const whyNoContact = (why: NoChannel): Reason => (why === "none" ? "no_contact" : why);

/** Rule 8. */
export function keepSilence({ campaign, paidAt }: SendFacts, { at }: Send): Ruling {
  if (campaign.paidSilence === null || paidAt === null) return null;
  return at < paidAt + campaign.paidSilence ? skip("paid_other_order") : null;
}

/** Rule 9. */
export function keepDistance({ campaign, sends, quiet, zone }: SendFacts, { step, at, latest }: Send): Ruling {
  let lastSame = Number.NEGATIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const send of sends) {
    last = Math.max(last, send.at);
    if (send.campaign === campaign.key && send.step === step) lastSame = Math.max(lastSame, send.at);
  }
  const free = last + campaign.limits.gap;
  if (at < lastSame + campaign.repeatAfter) return skip("recent");
  if (at >= free) return null;
  return isInTime(free, latest) && !isQuiet(quiet, zone, free)
    ? { kind: "defer", rule: "gap", until: free }
    : skip("gap");
}

/** Rule 11: the cap. */
function keepCap({ campaign, sends }: SendFacts, { at }: Send): Skip | null {
  const { max, per } = campaign.limits;
  let recent = 0;
  for (const send of sends) if (send.at > at - per && send.at <= at) recent++;
  return recent >= max ? skip("cap") : null;
}

export const isInTime = (at: number, latest: number | null): boolean => latest === null || at <= latest;

const skip = (reason: Reason): Skip => ({ kind: "skip", reason });
