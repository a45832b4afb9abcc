/** Sends one claimed reminder over its channel and returns the outcome to record. Never throws for an answer of a provider. */
import { setTimeout as pause } from "node:timers/promises";
import { usableChannel } from "../core/rules/buyer-state.ts";
import { afterFailure } from "../core/rules/retry.ts";
import type { Channel, SendOutcome } from "../core/seams/channel.ts";
import { channelsFrom } from "../core/seams/channel-order.ts";
import type { Outcome } from "../db/stores/dispatch/outcome-store.ts";
import { VaultError } from "../db/vault.ts";
import { costOf, type MadeMessage } from "../render/message.ts";
import { type Composed, compose } from "./compose.ts";
import { type DispatchDeps, leaseMs, type SendJob, SLOT_HORIZON_MS } from "./deps.ts";

export async function send(deps: DispatchDeps, job: SendJob): Promise<Outcome> {
  const channel = deps.channels.get(job.channel);
  if (channel === undefined)
    return failed(deps, job, null, {
      kind: "failed-permanent",
      code: "channel_gone",
      message: "the channel is no longer configured",
    });
  const wait = job.slotAt - performance.now();
  if (wait > 1) await pause(wait);
  const composed = composeSafely(deps, job, channel);
  if (!composed.ok)
    return failed(deps, job, null, { kind: "failed-permanent", code: composed.code, message: composed.message });
  // A process may have been paused since the claim. It must not send after the end of its lease, or after the close of the order.
  const startBy = sendBy(deps, job, channel);
  const begun = performance.now();
  if (begun > startBy) return tooLate(job, composed.made);
  const outcome = await channel.send(composed.message, startBy);
  deps.meter?.finished(channel.name, outcome.kind, performance.now() - begun);
  if (outcome.kind === "accepted") return accepted(job, channel, composed.made, outcome);
  if (outcome.kind === "unknown")
    return outcomeOf(job, composed.made, {
      state: "unknown",
      code: outcome.code,
      message: outcome.message,
      reminder: "skipped",
      reason: "unknown_outcome",
    });
  return failed(deps, job, composed.made, outcome);
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

/** The last monotonic time at which the send may begin: within its lease, and in time for the buyer, plus the wait for a slot. */
function sendBy(deps: DispatchDeps, job: SendJob, channel: Channel): number {
  const leaseEnds = job.askedAt + leaseMs(deps.channels) - channel.timeoutMs;
  const closes = job.orders.map((id) => job.buyer.state.orders.get(id)?.order.closesAt ?? Number.POSITIVE_INFINITY);
  const useful = Math.min(Math.max(job.until, job.claimedAt) + SLOT_HORIZON_MS, ...closes);
  return Math.min(leaseEnds, job.askedAt + (useful - job.claimedAt));
}

/** Nothing was sent. The retry is due at once, and its judgement finds the reason if it is too late. */
function tooLate(job: SendJob, made: MadeMessage): Outcome {
  return outcomeOf(job, made, {
    state: "failed-transient",
    code: "claim_too_old",
    message: "the process was paused between claim and send; nothing was sent",
    reminder: "sending",
    retryInMs: 0,
    retryChannel: job.channel,
  });
}

type Change = Pick<Outcome, "state" | "reminder"> & Partial<Outcome>;

/** Fields that `change` leaves out are null. All outcomes have one shape: thousands a second are kept until they are recorded. */
function outcomeOf(job: SendJob, made: MadeMessage | null, change: Change): Outcome {
  return {
    shop: job.shop.id,
    deliveryId: job.deliveryId,
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
    reminder: change.reminder,
    reason: change.reason ?? null,
    retryInMs: change.retryInMs ?? null,
    retryChannel: change.retryChannel ?? null,
  };
}

function accepted(
  job: SendJob,
  channel: Channel,
  made: MadeMessage,
  outcome: Extract<SendOutcome, { kind: "accepted" }>,
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
    reminder: "sent",
  });
}

function failed(
  deps: DispatchDeps,
  job: SendJob,
  made: MadeMessage | null,
  outcome: Extract<SendOutcome, { kind: "failed-permanent" | "failed-transient" }>,
): Outcome {
  const now = job.claimedAt + (performance.now() - job.askedAt);
  const after = afterFailure({
    outcome,
    channel: job.channel,
    attempt: job.attempt,
    next: nextChannel(deps, job),
    now,
    until: job.until,
  });
  const failure = { state: outcome.kind, code: outcome.code, message: outcome.message };
  if (after.kind === "end") return outcomeOf(job, made, { ...failure, reminder: "skipped", reason: after.reason });
  return outcomeOf(job, made, {
    ...failure,
    reminder: "sending",
    retryInMs: Math.max(0, after.at - now),
    retryChannel: after.channel,
  });
}

/** The next usable channel after this one. */
function nextChannel(deps: DispatchDeps, job: SendJob): string | null {
  const step = job.campaign.steps.find(({ id }) => id === job.step);
  if (step === undefined) return null;
  const channels = channelsFrom(deps.channels, step, job.channel).slice(1);
  return usableChannel({ ...step, channels }, job.buyer.state, deps.policy()).channel;
}
