/**
 * Sends over a channel that makes tasks for people (the provider `desk`). The task and the accepted delivery are written in the transaction of the
 * claim, so that a crash neither doubles nor loses it.
 */
import type { Sql } from "../db/client.ts";
import { type CallWrite, insertCalls, makeCalls } from "../db/stores/dispatch/call-store.ts";
import { VaultError } from "../db/vault.ts";
import { type Composed, compose } from "./compose.ts";
import { type ClaimDeps, isTask, type SendJob } from "./deps.ts";
import type { Places } from "./limits/bulkheads.ts";
import { accepted } from "./outcomes.ts";
import { attemptOf } from "./repeats.ts";

/** Returns the claims that are left: messages to be sent. The reminders of the calls are written as sent. */
export async function takeCalls(
  tx: Sql,
  deps: ClaimDeps,
  jobs: readonly SendJob[],
  places: Pick<Places, "giveBack">,
): Promise<readonly SendJob[]> {
  const isCall = ({ channel }: SendJob) => isTask(deps.channels, channel);
  const calls = jobs.filter(isCall);
  const [first] = calls;
  if (first === undefined) return jobs;
  const writes = calls.map((job) => callOf(deps, job));
  await Promise.all([makeCalls(tx, writes).execute(), insertCalls(tx, writes, first.claimedAt).execute()]);
  for (const { channel } of calls) {
    places.giveBack(channel);
    deps.meter?.finished(channel, "accepted", 0);
  }
  return jobs.filter((job) => !isCall(job));
}

/** The text is the script of the caller. A call needs none. */
function callOf(deps: ClaimDeps, job: SendJob): CallWrite {
  const channel = deps.channels.get(job.channel);
  if (channel === undefined) throw new Error("a call has a channel");
  const script = scriptOf(deps, job, channel);
  const made = script?.ok === true && script.made.text !== "" ? script.made : null;
  const sealedText = made === null ? null : deps.vault.seal(made.text);
  const outcome = accepted(job, channel, made, { kind: "accepted", messageId: null, segments: 1, sealedText });
  const { template, templateVersion, segments, costMicros, costCurrency } = outcome;
  return { ...attemptOf(deps, job), template, templateVersion, segments, costMicros, costCurrency, sealedText };
}

/** null: the number was sealed with another key. The person sees that, too. */
function scriptOf(
  { vault }: ClaimDeps,
  job: SendJob,
  channel: NonNullable<ReturnType<ClaimDeps["channels"]["get"]>>,
): Composed | null {
  try {
    return compose(job, channel, vault);
  } catch (error) {
    if (error instanceof VaultError) return null;
    throw error;
  }
}
