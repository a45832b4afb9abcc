/** The outcomes of sends, as they are recorded: the state of the delivery, and what becomes of the reminder. */
import { maskContact } from "../core/order/contact.ts";
import { covers, usableChannel } from "../core/rules/buyer-state.ts";
import { endOfFailed, endOfTooLate, endOfUnknown } from "../core/rules/retry.ts";
import type { Channel, SendOutcome } from "../core/seams/channel.ts";
import { channelsFrom } from "../core/seams/channel-order.ts";
import { SECOND } from "../core/values/duration.ts";
import { newId } from "../db/ids.ts";
import type { Outcome } from "../db/stores/dispatch/outcome-store.ts";
import { VaultError } from "../db/vault.ts";
import { costOf } from "../render/message.ts";
import type { Made } from "./compose.ts";
import type { DispatchDeps, SendJob } from "./deps.ts";
import { openMessage } from "./repeats.ts";
import type { Verification } from "./verify/verifier.ts";

/** The address of the message, in each form in which the buyer has it: a number may be the handle of a chat, too. */
export function wishesOf(
  { vault }: DispatchDeps,
  { buyer, shop }: SendJob,
  { name, provider, contacts }: Channel,
  { to, wish }: { readonly to: string; readonly wish: "out" | "invalid" },
): Outcome["wishes"] {
  return buyer.contacts
    .filter(({ kind, cipher }) => contacts.some((taken) => covers(taken, kind)) && vault.open(cipher) === to)
    .map(({ kind, hash, address }) => ({
      ...{ shop: shop.id, kind, hash: address ?? hash, id: newId(), masked: vault.seal(maskContact(to)) },
      ...{ channel: name, source: provider, out: true, reason: wish === "invalid" ? "bounce" : "opt_out" },
    }));
}

/** The database's time now, or up to a round trip later. */
const nowOf = (job: SendJob): number => job.claimedAt + (performance.now() - job.askedAt);

/** Nothing was sent. If the send is still useful for some of its orders, the retry is due at once, and is judged again. */
export function tooLate(deps: DispatchDeps, job: SendJob, made: Made): Outcome {
  const now = nowOf(job);
  if (job.repeated !== null) return notSettled(deps, job, made, { code: "claim_too_old", message: STILL_UNKNOWN }, 0);
  const isOver = now > job.until;
  return outcomeOf(job, made, {
    ...endOfTooLate({ ...job, now }),
    code: isOver ? "not_in_time" : "claim_too_old",
    message: isOver
      ? "its useful time was over before it could leave; nothing was sent"
      : "the process was busy or paused between claim and send; nothing was sent",
  });
}

const NONE: Outcome["wishes"] = [];

type Change = Pick<Outcome, "state" | "reminder"> & Partial<Outcome>;

/** Fields that `change` leaves out are null. All outcomes have one shape: thousands a second are kept until they are recorded. */
function outcomeOf(job: SendJob, made: Made | null, change: Change): Outcome {
  return {
    shop: job.shop.id,
    deliveryId: job.deliveryId,
    channel: job.channel,
    reminderId: job.reminderId,
    state: change.state,
    template: made?.template ?? null,
    templateVersion: made?.templateVersion ?? null,
    messageId: change.messageId ?? null,
    segments: change.segments ?? null,
    costMicros: change.costMicros ?? null,
    costCurrency: change.costCurrency ?? null,
    code: change.code ?? null,
    message: change.message ?? null,
    sealedText: change.sealedText ?? null,
    reminder: change.reminder,
    reason: change.reason ?? null,
    retryInMs: change.retryInMs ?? null,
    retryChannel: change.retryChannel ?? null,
    wishes: change.wishes ?? NONE,
  };
}

/** How often a send that could not be verified asks, with pauses of 1, 2, 4 and 8 s. */
const VERIFY_ATTEMPTS = 5;

/** Nothing was sent, and no message was made. The retry is judged again, with the orders as they are now. */
export function notOwed(deps: DispatchDeps, job: SendJob, verdict: Exclude<Verification, { kind: "owed" }>): Outcome {
  const isOver = verdict.kind === "over";
  const failure = isOver
    ? { code: "not_owed", message: "the platform says that an order is paid or closed; nothing was sent" }
    : { code: "not_verified", message: "the platform did not say that the orders are unpaid; nothing was sent" };
  const retryInMs = isOver ? 0 : SECOND * 2 ** (job.attempt - 1);
  if (job.repeated !== null)
    return failed(deps, job, null, { kind: "failed-transient", ...failure, retryAfterMs: retryInMs });
  const base = { ...failure, state: "failed-transient" } as const;
  if (job.attempt >= VERIFY_ATTEMPTS)
    return outcomeOf(job, null, { ...base, reminder: "skipped", reason: isOver ? verdict.reason : "channel_down" });
  return outcomeOf(job, null, { ...base, reminder: "sending", retryInMs, retryChannel: job.channel });
}

export function accepted(
  job: SendJob,
  channel: Channel,
  made: Made | null,
  outcome: Extract<SendOutcome, { kind: "accepted" }> & Pick<Outcome, "sealedText">,
): Outcome {
  // The provider's own count is what it bills.
  const segments = outcome.segments ?? made?.segments ?? 1;
  const cost = costOf(channel.cost, segments);
  return outcomeOf(job, made, {
    state: "accepted",
    messageId: outcome.messageId,
    segments,
    costMicros: cost?.micros ?? null,
    costCurrency: cost?.currency ?? null,
    sealedText: outcome.sealedText,
    reminder: "sent",
  });
}

export type Failure = Exclude<SendOutcome, { kind: "accepted" | "unknown" }>;

export function failed(
  deps: DispatchDeps,
  job: SendJob,
  made: Made | null,
  outcome: Failure,
  wishes: Outcome["wishes"] = NONE,
): Outcome {
  if (job.repeated !== null) return repeatFailed(deps, job, made, outcome, wishes);
  const end = endOfFailed({ ...job, outcome, next: nextChannel(deps, job, wishes), now: nowOf(job) });
  return outcomeOf(job, made, { ...end, code: outcome.code, message: outcome.message, wishes });
}

/** The next usable channel after this one. It does not go to an address that the answer opted out. */
function nextChannel(deps: DispatchDeps, job: SendJob, wishes: Outcome["wishes"]): string | null {
  const step = job.campaign.steps.find(({ id }) => id === job.step);
  if (step === undefined) return null;
  const channels = channelsFrom(deps.channels, step, job.channel).slice(1);
  const contacts = new Map(job.buyer.state.contacts);
  for (const { kind } of wishes) {
    const contact = contacts.get(kind);
    if (contact !== undefined) contacts.set(kind, { ...contact, suppressed: true });
  }
  return usableChannel({ ...step, channels }, { contacts }, deps.policy()).channel;
}

const STILL_UNKNOWN = "it was not sent again; nobody knows whether the first attempt arrived";

/** The outcome is unknown. Only a channel that drops repetitions gets the message again. */
export function unknown(
  deps: DispatchDeps,
  job: SendJob,
  made: Made,
  { code, message }: Extract<SendOutcome, { kind: "unknown" }>,
): Outcome {
  return notSettled(deps, job, made, { code, message }, deps.channels.get(job.channel)?.idempotent === true ? 0 : null);
}

/** `retryAfterMs`: null: it is not sent again. */
function notSettled(
  { vault }: DispatchDeps,
  job: SendJob,
  made: Made | null,
  failure: Pick<Outcome, "code" | "message"> & Partial<Outcome>,
  retryAfterMs: number | null,
): Outcome {
  const end = endOfUnknown({
    ...job,
    idempotent: retryAfterMs !== null,
    retryAfterMs: retryAfterMs ?? 0,
    now: nowOf(job),
  });
  const sealedText = made === null ? null : vault.seal(made.text);
  // If it turns out that it was sent, the segments have their price.
  return outcomeOf(job, made, { ...failure, ...end, sealedText, segments: made?.segments ?? null });
}

/**
 * A repetition that failed leaves the outcome unknown: the failure says nothing about the first attempt. Refused for good, it is not sent
 * again.
 */
function repeatFailed(
  deps: DispatchDeps,
  job: SendJob,
  made: Made | null,
  outcome: Failure,
  wishes: Outcome["wishes"],
): Outcome {
  const { kind, code, message } = outcome;
  const wait = kind === "failed-transient" ? (outcome.retryAfterMs ?? 0) : kind === "channel-fault" ? 0 : null;
  return notSettled(deps, job, made ?? keptOf(deps, job), { code, message, wishes }, wait);
}

/** null: it cannot be opened. */
function keptOf({ vault }: DispatchDeps, { repeated }: SendJob): Made | null {
  try {
    return repeated === null ? null : openMessage(vault, repeated).made;
  } catch (error) {
    if (error instanceof VaultError) return null;
    throw error;
  }
}
