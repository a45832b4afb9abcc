/** Sends one claimed reminder over its channel and returns the outcome to record. Never throws for an answer of a provider. */
import { startBy } from "../core/rules/decide.ts";
import { type Channel, NOT_BEGUN } from "../core/seams/channel.ts";
import type { Outcome } from "../db/stores/dispatch/outcome-store.ts";
import type { KeptMessage } from "../db/stores/dispatch/repeat-store.ts";
import { VaultError } from "../db/vault.ts";
import { type Composed, compose } from "./compose.ts";
import { type DispatchDeps, leaseMs, type SendJob, SLOT_HORIZON_MS } from "./deps.ts";
import type { Breakers } from "./limits/breakers.ts";
import type { ChannelFaults } from "./limits/channel-faults.ts";
import type { Call } from "./limits/pace.ts";
import type { Pacer } from "./limits/pacer.ts";
import type { SendTally } from "./limits/tally.ts";
import { accepted, type Failure, failed, notOwed, tooLate, unknown, wishesOf } from "./outcomes.ts";
import { openMessage, sealedMessage } from "./repeats.ts";

/** Observers of a send. */
export type SendWatch = {
  /** Learns when the request begins and ends. */
  readonly call: Call;
  readonly faults: ChannelFaults;
  readonly breakers: Pick<Breakers, "before" | "answered">;
  readonly pacer: Pacer;
  readonly tally: Pick<SendTally, "note">;
  /** Learns each code that the channel's table does not list. */
  readonly unlisted: (channel: string, code: string) => void;
  /** Stores a message that may be sent again, before it is sent. */
  readonly keep: (kept: KeptMessage) => Promise<boolean>;
};

/** Time to render and store a message. A longer time would render many messages at once, and stop the process meanwhile. */
const PREPARE_MS = 100;

export async function send(
  deps: DispatchDeps,
  job: SendJob,
  { call, faults, breakers, pacer, tally, unlisted, keep }: SendWatch,
): Promise<Outcome> {
  const channel = deps.channels.get(job.channel);
  if (channel === undefined)
    return failed(deps, job, null, {
      kind: "failed-permanent",
      code: "channel_gone",
      message: "the channel is no longer configured",
    });
  const isDown = () => faults.before(job) ?? breakers.before(job);
  // At once, before the wait for the slot: a platform may take seconds, and a slot that passes meanwhile is lost.
  if (deps.verify != null) {
    await pacer.soon(channel.name, job.slotAt, SLOT_HORIZON_MS);
    const faultBefore = isDown();
    if (faultBefore !== null) return failed(deps, job, null, faultBefore);
    const verdict = await deps.verify(job.shop.id, job.orders);
    if (verdict.kind !== "owed") return notOwed(deps, job, verdict);
  }
  await pacer.soon(channel.name, job.slotAt, PREPARE_MS);
  const fault = isDown();
  if (fault !== null) return failed(deps, job, null, fault);
  const composed = composeSafely(deps, job, channel);
  if (!composed.ok)
    return failed(deps, job, null, { kind: "failed-permanent", code: composed.code, message: composed.message });
  const unkept = channel.idempotent === true && job.repeated === null ? await keepIt(deps, job, composed, keep) : null;
  if (unkept !== null) return failed(deps, job, composed.made, unkept);
  // A process may have been paused since the claim, or all connections may be busy. The channel asks again right before it writes.
  const beginBy = startBy(job, leaseMs(deps.channels), channel.timeoutMs);
  // Last, since what comes before takes its time: a request at another time than its slot exceeds the limit together with others.
  if (!(await pacer.ready(channel.name, job.slotAt, beginBy))) return tooLate(deps, job, composed.made);
  const faultMeanwhile = isDown();
  if (faultMeanwhile !== null) return failed(deps, job, composed.made, faultMeanwhile);
  const begun = performance.now();
  if (begun > beginBy) return tooLate(deps, job, composed.made);
  const outcome = await channel.send(composed.message, beginBy, call.begun).finally(call.ended);
  if (outcome.kind === "failed-transient" && outcome.code === NOT_BEGUN && performance.now() > beginBy)
    return tooLate(deps, job, composed.made);
  breakers.answered(channel.name, outcome, begun);
  tally.note({ channel: channel.name, campaign: job.campaign.key, claimedAt: job.claimedAt }, outcome);
  deps.meter?.finished(channel.name, outcome.kind, performance.now() - begun);
  if (outcome.kind === "channel-fault") faults.met(channel.name, outcome);
  if ("unlisted" in outcome) unlisted(channel.name, outcome.code);
  if (outcome.kind === "accepted")
    return accepted(job, channel, composed.made, { ...outcome, sealedText: deps.vault.seal(composed.made.text) });
  if (outcome.kind === "unknown") return unknown(deps, job, composed.made, outcome);
  const wishes =
    outcome.kind === "failed-permanent" && outcome.wish !== undefined
      ? wishesOf(deps, job, channel, { to: composed.message.to, wish: outcome.wish })
      : [];
  return failed(deps, job, composed.made, outcome, wishes);
}

/** The failure if the message could not be stored. Then nothing is sent. */
async function keepIt(
  { vault, log }: DispatchDeps,
  job: SendJob,
  { message, made }: Extract<Composed, { ok: true }>,
  keep: SendWatch["keep"],
): Promise<Failure | null> {
  try {
    const sealed = sealedMessage(vault, message, made);
    return (await keep({ shop: job.shop.id, id: job.deliveryId, sealed })) ? null : notStored("the claim was given up");
  } catch (error) {
    log.warn({ err: error, reminder: job.reminderId }, "a message could not be stored before it was sent");
    return notStored("the message could not be stored");
  }
}

const notStored = (why: string): Failure => ({
  ...{ kind: "failed-transient", code: "not_stored", message: `${why}; nothing was sent`, retryAfterMs: null },
});

/** A failure before the provider is called is a certain failure, not an unknown outcome: nothing was sent. */
function composeSafely(deps: DispatchDeps, job: SendJob, channel: Channel): Composed {
  try {
    return job.repeated === null ? compose(job, channel, deps.vault) : openMessage(deps.vault, job.repeated);
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
