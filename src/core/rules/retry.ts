/** Decides on retries: when and on which channel a failed send is tried again, and whether it still may be. Pure; instants are epoch ms. */

import { isPersons } from "../desk/persons.ts";
import { type Order, overState } from "../order/order.ts";
import { NOT_BEGUN, type SendOutcome } from "../seams/channel.ts";
import { MINUTE, SECOND } from "../values/duration.ts";
import type { Campaign } from "../values/policy.ts";
import type { Reason } from "../values/reason.ts";
import { type BuyerState, isPaused, type OpenCase, sendFacts, standingSends } from "./buyer-state.ts";
import { payableInTime } from "./decide.ts";
import { judgeSend, type Send, type UsableChannel, type Verdict, whyTooLate } from "./judge.ts";

/** Attempts on one channel before the next one is tried: with the backoff below about a minute. */
const ATTEMPTS_PER_CHANNEL = 6;
const FIRST_PAUSE = SECOND;
const LONGEST_PAUSE = 2 * MINUTE;

export type AfterFailure =
  | { readonly kind: "retry"; readonly at: number; readonly channel: string }
  | { readonly kind: "end"; readonly reason: Reason };

/**
 * Decides how a send goes on after a failed attempt. `next`: the usable channel after this one, or null. `until`: the last moment at which the send is useful.
 * A transient failure is tried again with doubling pauses while there is time, then on the next channel; a permanent one goes to the next
 * channel at once. So does a fault of the whole channel; without a next channel the send waits for the channel, which is paused. If the provider
 * takes no more for this address in time, the address is over a limit, and the channel is not down.
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
  const isFault = outcome.kind === "channel-fault";
  if (isFault && next !== null && now <= until) return { kind: "retry", at: now, channel: next };
  const asked = isFault ? 0 : (outcome.retryAfterMs ?? 0);
  const again = now + Math.max(Math.min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE), asked);
  if (again <= until && (attempt < ATTEMPTS_PER_CHANNEL || next === null)) return { kind: "retry", at: again, channel };
  if (next !== null && now <= until) return { kind: "retry", at: now, channel: next };
  return { kind: "end", reason: !isFault && outcome.ofAddress === true ? "cap" : "channel_down" };
}

export type AfterUnknown =
  | { readonly kind: "again"; readonly at: number }
  | { readonly kind: "end"; readonly reason: Reason };

/**
 * Decides how a send goes on whose outcome is unknown. Only if the channel drops a repetition is the very same message sent again, with doubling pauses and as
 * long as it is useful. It goes to no other channel. `retryAfterMs`: the pause that the provider asked for.
 */
export function afterUnknown(input: {
  readonly idempotent: boolean;
  readonly attempt: number;
  readonly retryAfterMs: number;
  readonly now: number;
  readonly until: number;
}): AfterUnknown {
  const { idempotent, attempt, retryAfterMs, now, until } = input;
  const at = now + Math.max(Math.min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE), retryAfterMs);
  return idempotent && at <= until ? { kind: "again", at } : { kind: "end", reason: "unknown_outcome" };
}

/** How an attempt ends, for its delivery and for its reminder. `retryInMs` counts from the moment of the answer. */
export type AttemptEnd = {
  readonly state: "failed-permanent" | "failed-transient" | "unknown";
  readonly reminder: "sending" | "skipped";
  readonly reason: Reason | null;
  readonly retryInMs: number | null;
  readonly retryChannel: string | null;
};

/** `latest`: the last moment in time for its orders. */
export function endOfFailed(
  input: Parameters<typeof afterFailure>[0] & { readonly latest: number | null },
): AttemptEnd {
  const { outcome, now, until, latest } = input;
  const after = afterFailure(input);
  const state = outcome.kind === "channel-fault" ? "failed-transient" : outcome.kind;
  if (after.kind === "retry") return { state, ...goesOn(Math.max(0, after.at - now), after.channel) };
  // It was not tried: its time was over, or is before another attempt.
  return { state, ...ends(outcome.code === NOT_BEGUN ? whyTooLate(latest, until + 1) : after.reason) };
}

export function endOfUnknown(input: Parameters<typeof afterUnknown>[0] & { readonly channel: string }): AttemptEnd {
  const after = afterUnknown(input);
  const rest = after.kind === "end" ? ends(after.reason) : goesOn(after.at - input.now, input.channel);
  return { state: "unknown", ...rest };
}

/** The end of an attempt that could not begin in time: nothing was sent. If it is still useful for some of its orders, it is judged again at once. */
export function endOfTooLate(input: {
  readonly channel: string;
  readonly now: number;
  readonly until: number;
  readonly latest: number | null;
}): AttemptEnd {
  const { channel, now, until, latest } = input;
  return { state: "failed-transient", ...(now > until ? ends(whyTooLate(latest, now)) : goesOn(0, channel)) };
}

const ends = (reason: Reason) => ({ reminder: "skipped", reason, retryInMs: null, retryChannel: null }) as const;
const goesOn = (retryInMs: number, retryChannel: string) =>
  ({ reminder: "sending", reason: null, retryInMs, retryChannel }) as const;

/** A send whose last attempt failed. `at` is its time in the plan, `orders` are those that it named. */
export type Retry = Send & { readonly caseId: string; readonly orders: readonly string[] };

export type RetryVerdict =
  | { readonly kind: "send"; readonly channel: string; readonly orders: readonly string[] }
  | Exclude<Verdict, { kind: "send" }>;

/**
 * Judges a send before it is tried again. Its orders are as they are now. A planned send would be gone if they had left their case (rule 13)
 * or if a later reminder of the case had gone out (rule 12); else the retry is judged as a planned send.
 */
export function judgeRetry(input: {
  readonly state: BuyerState;
  readonly campaign: Campaign;
  readonly retry: Retry;
  readonly usable: UsableChannel;
  readonly now: number;
}): RetryVerdict {
  const { state, campaign, retry, usable, now } = input;
  const open = retry.orders.filter((id) => isChased(state.orders.get(id)?.order));
  if (open.length === 0)
    return { kind: "skip", reason: whyOver(retry.orders.map((id) => state.orders.get(id)?.order)) };
  if (state.open?.id === retry.caseId && isPersons(state.open)) return { kind: "skip", reason: "manual" };
  const facts = { ...sendFacts(state, campaign), paused: isPaused(state, campaign, open) };
  if (standingSends(state).some((send) => send.caseId === retry.caseId && send.dueAt > retry.at))
    return { kind: "skip", reason: "superseded" };
  const orders = payableInTime(state, open, campaign, now);
  if (orders.length === 0 && facts.paused !== true) return { kind: "skip", reason: "no_time" };
  const promisedAt = state.open?.id === retry.caseId ? facts.promisedAt : null;
  const verdict = judgeSend({ ...facts, promisedAt }, retry, now, usable, "retry");
  return verdict.kind === "send" ? { ...verdict, orders } : verdict;
}

const isChased = (order: Order | undefined): boolean =>
  order !== undefined && order.chaseFrom !== null && overState(order) === null;

/** Rule 13. */
function whyOver(orders: readonly (Order | undefined)[]): Reason {
  const ends = orders.map((order) => (order === undefined ? "closed" : (overState(order) ?? "excluded")));
  for (const reason of ["paid", "closed", "refunded"] as const) if (ends.includes(reason)) return reason;
  return "excluded";
}

/** Judges as if the send did not stand: it keeps no distance to itself. Returns how to take that back. */
export function setAside(
  { sends }: Pick<BuyerState, "sends">,
  { caseId, step, at }: Pick<Retry, "caseId" | "step" | "at">,
): () => void {
  const index = sends.findIndex(
    (send) => send.caseId === caseId && send.step === step && send.dueAt === at && send.failed !== true,
  );
  const own = sends[index];
  if (own === undefined) return () => {};
  sends[index] = { ...own, failed: true };
  return () => {
    sends[index] = own;
  };
}

/** Whether the plan keeps too little distance to a retry that is sent at `now`. */
export function concernsPlan(open: OpenCase | null, campaign: string, step: string, now: number): boolean {
  const gap = open?.campaign?.limits.gap ?? 0;
  const again = campaign === open?.campaign?.key ? step : null;
  return open?.rows.some((row) => row.kind === "send" && (row.at < now + gap || row.step === again)) ?? false;
}

/** The end of a claim whose lease ran out: the message may have left, so it is never sent again. */
export function rescue(): { readonly state: "unknown"; readonly reason: Reason } {
  return { state: "unknown", reason: "unknown_outcome" };
}
