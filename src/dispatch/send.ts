/** Sends one claimed reminder over its channel and returns the outcome to record. Never throws for an answer of a provider. */
import { setTimeout as pause } from "node:timers/promises";
import { maskContact } from "../core/order/contact.ts";
import { covers, usableChannel } from "../core/rules/buyer-state.ts";
import { whyTooLate } from "../core/rules/judge.ts";
import { afterFailure } from "../core/rules/retry.ts";
import { type Channel, NOT_BEGUN, type SendOutcome } from "../core/seams/channel.ts";
import { channelsFrom } from "../core/seams/channel-order.ts";
import { newId } from "../db/ids.ts";
import type { Outcome } from "../db/stores/dispatch/outcome-store.ts";
import { VaultError } from "../db/vault.ts";
import { costOf, type MadeMessage } from "../render/message.ts";
import { type Composed, compose } from "./compose.ts";
import { type DispatchDeps, leaseMs, type SendJob } from "./deps.ts";
import type { Breakers } from "./limits/breakers.ts";
import type { ChannelFaults } from "./limits/channel-faults.ts";
import type { Call } from "./limits/pace.ts";

/** Observers of a send. */
export type SendWatch = {
  /** Learns when the request begins and ends. */
  readonly call: Call;
  readonly faults: ChannelFaults;
  readonly breakers: Pick<Breakers, "before" | "answered">;
  /** Learns each code that the channel's table does not list. */
  readonly unlisted: (channel: string, code: string) => void;
};

export async function send(
  deps: DispatchDeps,
  job: SendJob,
  { call, faults, breakers, unlisted }: SendWatch,
): Promise<Outcome> {
  const channel = deps.channels.get(job.channel);
  if (channel === undefined)
    return failed(deps, job, null, {
      kind: "failed-permanent",
      code: "channel_gone",
      message: "the channel is no longer configured",
    });
  const wait = job.slotAt - performance.now();
  if (wait > 1) await pause(wait);
  const fault = faults.before(job) ?? breakers.before(job);
  if (fault !== null) return failed(deps, job, null, fault);
  const composed = composeSafely(deps, job, channel);
  if (!composed.ok)
    return failed(deps, job, null, { kind: "failed-permanent", code: composed.code, message: composed.message });
  // A process may have been paused since the claim, or all connections may be busy. The channel asks again right before it writes.
  const startBy = sendBy(deps, job, channel);
  const begun = performance.now();
  if (begun > startBy) return tooLate(job, composed.made);
  const outcome = await channel.send(composed.message, startBy, call.begun).finally(call.ended);
  if (outcome.kind === "failed-transient" && outcome.code === NOT_BEGUN && performance.now() > startBy)
    return tooLate(job, composed.made);
  breakers.answered(channel.name, outcome, begun);
  deps.meter?.finished(channel.name, outcome.kind, performance.now() - begun);
  if (outcome.kind === "channel-fault") faults.met(channel.name, outcome);
  if ("unlisted" in outcome) unlisted(channel.name, outcome.code);
  const sealedText =
    outcome.kind === "accepted" || outcome.kind === "unknown" ? deps.vault.seal(composed.made.text) : null;
  if (outcome.kind === "accepted") return accepted(job, channel, composed.made, { ...outcome, sealedText });
  if (outcome.kind === "unknown")
    return outcomeOf(job, composed.made, {
      state: "unknown",
      code: outcome.code,
      message: outcome.message,
      sealedText,
      // If it turns out that it was sent, they have their price.
      segments: composed.made.segments,
      reminder: "skipped",
      reason: "unknown_outcome",
    });
  const wishes =
    outcome.kind === "failed-permanent" && outcome.wish !== undefined
      ? wishesOf(deps, job, channel, { to: composed.message.to, wish: outcome.wish })
      : NONE;
  return failed(deps, job, composed.made, outcome, wishes);
}

/** The address of the message, in each form in which the buyer has it: a number may be the handle of a chat, too. */
function wishesOf(
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

/** A failure before the provider is called is a certain failure, not an unknown outcome: nothing was sent. */
function composeSafely(deps: DispatchDeps, job: SendJob, channel: Channel): Composed {
  try {
    return compose(job, channel, deps.vault);
  } catch (error) {
    const unreadable = error instanceof VaultError;
    const code = unreadable ? "contact_unreadable" : "compose_failed";
    deps.log.error(
      {
        ...(unreadable ? {} : { err: error }),
        code,
        shop: job.shop.id,
        reminder: job.reminderId,
        channel: channel.name,
      },
      unreadable
        ? "a contact cannot be decrypted: it was stored with another DUNLIN_SECRET_KEY, or is damaged"
        : "a message could not be composed",
    );
    return { ok: false, code, message: unreadable ? error.message : "the message could not be composed: see the log" };
  }
}

/**
 * The last monotonic time at which the send may begin: within its lease, and as long as it is useful. The database said its time after
 * `askedAt`, so a moment of its clock is reached no earlier than computed here.
 */
function sendBy(deps: DispatchDeps, job: SendJob, channel: Channel): number {
  const leaseEnds = job.askedAt + leaseMs(deps.channels) - channel.timeoutMs;
  return Math.min(leaseEnds, job.askedAt + (job.leaveBy - job.claimedAt));
}

/** The database's time now, or up to a round trip later. */
const nowOf = (job: SendJob): number => job.claimedAt + (performance.now() - job.askedAt);

/** Nothing was sent. If the send is still useful for some of its orders, the retry is due at once, and is judged again. */
function tooLate(job: SendJob, made: MadeMessage): Outcome {
  const now = nowOf(job);
  if (now > job.until)
    return outcomeOf(job, made, {
      state: "failed-transient",
      code: "not_in_time",
      message: "its useful time was over before it could leave; nothing was sent",
      reminder: "skipped",
      reason: whyTooLate(job.latest, now),
    });
  return outcomeOf(job, made, {
    state: "failed-transient",
    code: "claim_too_old",
    message: "the process was busy or paused between claim and send; nothing was sent",
    reminder: "sending",
    retryInMs: 0,
    retryChannel: job.channel,
  });
}

const NONE: Outcome["wishes"] = [];

type Change = Pick<Outcome, "state" | "reminder"> & Partial<Outcome>;

/** Fields that `change` leaves out are null. All outcomes have one shape: thousands a second are kept until they are recorded. */
function outcomeOf(job: SendJob, made: MadeMessage | null, change: Change): Outcome {
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

function accepted(
  job: SendJob,
  channel: Channel,
  made: MadeMessage,
  outcome: Extract<SendOutcome, { kind: "accepted" }> & Pick<Outcome, "sealedText">,
): Outcome {
  // The provider's own count is what it bills.
  const segments = outcome.segments ?? made.segments;
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

function failed(
  deps: DispatchDeps,
  job: SendJob,
  made: MadeMessage | null,
  outcome: Exclude<SendOutcome, { kind: "accepted" | "unknown" }>,
  wishes: Outcome["wishes"] = NONE,
): Outcome {
  const now = nowOf(job);
  const after = afterFailure({
    outcome,
    channel: job.channel,
    attempt: job.attempt,
    next: nextChannel(deps, job, wishes),
    now,
    until: job.until,
  });
  const state = outcome.kind === "channel-fault" ? "failed-transient" : outcome.kind;
  const failure = { state, code: outcome.code, message: outcome.message, wishes };
  if (after.kind === "end") {
    // It was not tried: its time was over, or is before another attempt.
    const reason = outcome.code === NOT_BEGUN ? whyTooLate(job.latest, job.until + 1) : after.reason;
    return outcomeOf(job, made, { ...failure, reminder: "skipped", reason });
  }
  return outcomeOf(job, made, {
    ...failure,
    reminder: "sending",
    retryInMs: Math.max(0, after.at - now),
    retryChannel: after.channel,
  });
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
