/** Decisions about a send that did not go through, and about a claim that nobody finished. Pure; instants in epoch ms. */

import type { Order } from "../order/order.ts";
import { overState } from "../order/order.ts";
import type { SendOutcome } from "../seams/channel.ts";
import { MINUTE, SECOND } from "../values/duration.ts";
import type { Campaign, QuietHours } from "../values/policy.ts";
import type { Reason } from "../values/reason.ts";
import type { BuyerSend } from "./buyer-state.ts";
import { isQuiet, quietEnd } from "./quiet.ts";

/** Attempts on one channel before the next one is tried: with the backoff below about a minute. */
const ATTEMPTS_PER_CHANNEL = 6;
const FIRST_PAUSE = SECOND;
const LONGEST_PAUSE = 2 * MINUTE;

export type AfterFailure =
  | { readonly kind: "retry"; readonly at: number; readonly channel: string }
  | { readonly kind: "end"; readonly reason: Reason };

/**
 * What becomes of a reminder after a failed attempt. `next`: the usable channel after this one, or null. `until`: the last moment
 * at which it is still worth sending. Transient failures are tried again with doubling pauses while there is time, then the next
 * channel takes over; a permanent one goes to the next channel at once.
 */
export function afterFailure(input: {
  readonly outcome: Exclude<SendOutcome, { kind: "accepted" | "unknown" }>;
  readonly channel: string;
  readonly attempt: number;
  readonly next: string | null;
  readonly now: number;
  readonly until: number;
}): AfterFailure {
  const { outcome, channel, attempt, next, now, until } = input;
  if (outcome.kind === "failed-permanent")
    return next === null ? { kind: "end", reason: "rejected_by_provider" } : { kind: "retry", at: now, channel: next };
  const pause = Math.max(Math.min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE), outcome.retryAfterMs ?? 0);
  const again = now + pause;
  if (again <= until && (attempt < ATTEMPTS_PER_CHANNEL || next === null)) return { kind: "retry", at: again, channel };
  if (next !== null && now <= until) return { kind: "retry", at: now, channel: next };
  return { kind: "end", reason: "channel_down" };
}

export type RetryVerdict =
  | { readonly kind: "send"; readonly orders: readonly string[] }
  | { readonly kind: "defer"; readonly until: number }
  | { readonly kind: "skip"; readonly reason: Reason };

/** Another send to the buyer in the shop that stands: claimed, accepted or of unknown outcome. */
export type OtherSend = Pick<BuyerSend, "at" | "caseId" | "dueAt">;

/** Judges a reminder anew before it is tried again: what was true at its first claim may be so no more (rules 5, 7 to 11, 13 and 16). */
export function judgeRetry(input: {
  readonly now: number;
  readonly orders: readonly (Order | undefined)[];
  /** Its case, and its time in the plan. */
  readonly caseId: string;
  readonly dueAt: number;
  readonly sends: readonly OtherSend[];
  readonly limits: Campaign["limits"];
  readonly minLead: number;
  readonly until: number;
  /** The latest silencing payment of the buyer, and how long it silences (null: not at all). */
  readonly paidAt: number | null;
  readonly paidSilence: number | null;
  /** The campaign is: it waits as long as it is worth sending. */
  readonly paused: boolean;
  /** When the buyer promised to pay; null: no promise. */
  readonly promisedAt: number | null;
  readonly quiet: QuietHours | null;
  readonly zone: string;
  /** Whether the channel that it was to go on next, or one after it, has a contact. */
  readonly contact: "usable" | "suppressed" | "none";
}): RetryVerdict {
  const { now, orders, caseId, dueAt, sends, minLead, until, paidAt, paidSilence, paused, contact } = input;
  const open = orders.filter((order) => order !== undefined && order.chaseFrom !== null && overState(order) === null);
  const payable = open.filter((order) => order?.closesAt == null || now <= order.closesAt - minLead);
  if (open.length === 0) return { kind: "skip", reason: whyOver(orders) };
  // What was planned after it has gone out before it, and spoke of the same.
  if (sends.some((send) => send.caseId === caseId && send.dueAt > dueAt)) return { kind: "skip", reason: "superseded" };
  if (paidAt !== null && paidSilence !== null && now < paidAt + paidSilence)
    return { kind: "skip", reason: "paid_other_order" };
  if (paused) return now > until ? { kind: "skip", reason: "campaign_paused" } : { kind: "defer", until: until + 1 };
  if (payable.length === 0) return { kind: "skip", reason: "no_time" };
  if (now > until) return { kind: "skip", reason: "channel_down" };
  const waits = waitsFor(input);
  if (waits !== null) return waits;
  if (contact !== "usable") return { kind: "skip", reason: contact === "suppressed" ? "suppressed" : "no_contact" };
  const limited = underLimits(input);
  if (limited !== null) return limited;
  return { kind: "send", orders: payable.flatMap((order) => (order === undefined ? [] : [order.id])) };
}

/** The promised time, and the end of quiet hours. null: it need not wait. */
function waitsFor({ now, until, promisedAt, quiet, zone }: Parameters<typeof judgeRetry>[0]): RetryVerdict | null {
  const later = (at: number, reason: Reason): RetryVerdict =>
    at <= until ? { kind: "defer", until: at } : { kind: "skip", reason };
  if (promisedAt !== null && now < promisedAt) return later(promisedAt, "promised");
  if (quiet !== null && isQuiet(quiet, zone, now)) return later(quietEnd(quiet, zone, now), "quiet_hours");
  return null;
}

/** The gap to the last other send, and the cap, in which it counts as the one that it would be. null: it may go. */
function underLimits(input: Parameters<typeof judgeRetry>[0]): RetryVerdict | null {
  const { now, sends, limits, until, quiet, zone } = input;
  const free = Math.max(...sends.map(({ at }) => at + limits.gap), Number.NEGATIVE_INFINITY);
  if (now < free)
    return free <= until && !isQuiet(quiet, zone, free)
      ? { kind: "defer", until: free }
      : { kind: "skip", reason: "gap" };
  const recent = sends.filter(({ at }) => at > now - limits.per && at <= now).length;
  return recent >= limits.max ? { kind: "skip", reason: "cap" } : null;
}

function whyOver(orders: readonly (Order | undefined)[]): Reason {
  const ends = orders.map((order) => (order === undefined ? "closed" : (overState(order) ?? "excluded")));
  for (const reason of ["paid", "closed", "refunded"] as const) if (ends.includes(reason)) return reason;
  return "excluded";
}

/** What becomes of a claim whose lease ran out: the message may have left, so it is never sent again. */
export function rescue(): { readonly state: "unknown"; readonly reason: Reason } {
  return { state: "unknown", reason: "unknown_outcome" };
}
