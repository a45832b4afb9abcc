/**
 * Channels that drop repetitions (`idempotent`): a message of unknown outcome is sent again, the very same one under the same key. So it is stored
 * before it is sent, sealed, until it has an outcome. A crash in between leaves it there. A crash before that leaves an empty message: then nothing
 * was sent, and the reminder is retried.
 *
 * A repetition is judged like a retry. If it may not go out as it is (an order was paid, the address is another one by now), the outcome stays
 * unknown: the first attempt may have arrived, so no other message may follow it.
 */
import type { RetryVerdict } from "../core/rules/retry.ts";
import type { Message } from "../core/seams/channel.ts";
import type { Sql } from "../db/client.ts";
import { groupCommit } from "../db/group-commit.ts";
import { keptHash, storedWith } from "../db/stores/buyers/chosen-contact.ts";
import type { LoadedBuyer } from "../db/stores/buyers/loaded-buyer.ts";
import { type DeliveryWrite, insertDeliveries } from "../db/stores/buyers/write/deliveries.ts";
import { claimAgain, type KeptMessage, keepMessages, type Repetition } from "../db/stores/dispatch/repeat-store.ts";
import type { RetryRow } from "../db/stores/dispatch/retry-store.ts";
import type { Vault } from "../db/vault.ts";
import type { Composed, Made } from "./compose.ts";
import { type DispatchDeps, isTask, leaseMs, type SendJob } from "./deps.ts";

export const sealedMessage = (vault: Vault, message: Message, made: Made): Buffer => {
  const { text, template, templateVersion, segments } = made;
  return vault.seal(JSON.stringify({ message, made: { text, template, templateVersion, segments } }));
};

/** Throws VaultError. */
export function openMessage(vault: Vault, sealed: Buffer): Extract<Composed, { ok: true }> {
  const { message, made } = JSON.parse(vault.open(sealed)) as { message: Message; made: Made };
  return { ok: true, message, made };
}

/** Stores messages before they are sent. false: the claim was given up meanwhile. Rejects when one could not be stored. */
export function messageKeeper(sql: Sql): (kept: KeptMessage) => Promise<boolean> {
  const group = groupCommit<KeptMessage, boolean>({
    max: 500,
    lanes: 2,
    run: async (rows) => {
      const stored = new Set((await keepMessages(sql, rows)).map(({ id }) => id));
      return rows.map(({ id }) => stored.has(id));
    },
  });
  return (kept) => group.submit(kept);
}

/** Whether the message may go out as it is: on its channel, about the same orders, to the same address. */
export function isSameMessage(
  { channels }: Pick<DispatchDeps, "channels">,
  retry: RetryRow,
  verdict: Extract<RetryVerdict, { kind: "send" }>,
  buyer: LoadedBuyer,
): boolean {
  const { channel, orders } = verdict;
  if (
    retry.sealed_message === null ||
    retry.sealed_message.length === 0 ||
    channel !== retry.retry_channel ||
    orders.length !== retry.orders.length
  )
    return false;
  if (channels.get(channel)?.idempotent !== true || retry.to_hash === null) return false;
  return keptHash(channels, buyer, channel)?.equals(retry.to_hash) === true;
}

/** Writes the claims of attempts. A repetition claims its delivery once more. A call is written when it is made (calls.ts). */
export function claimAttempts(tx: Sql, deps: DispatchDeps, jobs: readonly SendJob[], now: number) {
  const lease = leaseMs(deps.channels);
  const fresh = jobs
    .filter(({ repeated, channel }) => repeated === null && !isTask(deps.channels, channel))
    .map((job) => attemptOf(deps, job));
  const again = jobs.filter(({ repeated }) => repeated !== null).map(repetitionOf);
  return [insertDeliveries(tx, fresh, now, lease)?.execute(), claimAgain(tx, again, now, lease)?.execute()];
}

export const attemptOf = ({ channels }: DispatchDeps, job: SendJob): DeliveryWrite => ({
  shop: job.shop.id,
  id: job.deliveryId,
  reminderId: job.reminderId,
  channel: job.channel,
  attempt: job.attempt,
  campaignVersion: job.campaign.version,
  variant: job.variant,
  toHash: storedWith(channels).hashOf(job.buyer, job.channel),
  message: storedWith(channels).messageOf(job.channel),
});

const repetitionOf = ({ shop, deliveryId, attempt }: SendJob): Repetition => ({
  shop: shop.id,
  id: deliveryId,
  attempt,
});
