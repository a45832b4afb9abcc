/** Records outcomes, also through an outage of PostgreSQL: a restart must not lose what a provider answered. */
import { setTimeout as pause } from "node:timers/promises";
import { FIRST_QUESTION } from "../core/receipts/lookup.ts";
import { rescue as verdictOnExpired } from "../core/rules/retry.ts";
import type { Sql } from "../db/client.ts";
import type { Key } from "../db/keys.ts";
import { changeCredited } from "../db/stores/buyers/attribution-store.ts";
import { writeWishes } from "../db/stores/buyers/wish-writer.ts";
import { insertAudit } from "../db/stores/campaigns/audit-store.ts";
import { planAnewWithout } from "../db/stores/dispatch/due-store.ts";
import { findExpired, giveUpExpired, type Outcome, recordOutcomes } from "../db/stores/dispatch/outcome-store.ts";
import { makeUnknownTasks, type UnknownSend } from "../db/stores/dispatch/unknown-store.ts";
import { databaseNow } from "../db/stores/intake/intake-store.ts";
import { keepMessageIds } from "../db/stores/receipts/kept-store.ts";
import { scheduleLookups } from "../db/stores/receipts/lookup-store.ts";
import type { DispatchDeps, DispatchLog } from "./deps.ts";

/** Longer than a restart of PostgreSQL takes. After that the lease has run out and the claim counts as unknown. */
const PATIENCE_MS = 60_000;

/** Repeats an idempotent write with growing pauses until it succeeds or a minute is over. */
export async function recordPatiently(deps: { readonly log: DispatchLog }, write: () => Promise<void>): Promise<void> {
  const begun = performance.now();
  for (let wait = 50; ; wait = Math.min(wait * 2, 2_000)) {
    try {
      await write();
      return;
    } catch (error) {
      if (performance.now() - begun > PATIENCE_MS) throw error;
      deps.log.warn({ err: error }, "outcomes could not be recorded; retrying");
      await pause(wait);
    }
  }
}

/**
 * Records outcomes. Nearly all are accepted: these go alone and without a lock, since a payment is credited even to a send under way. A send
 * that failed or was given up meanwhile may have been credited wrongly, so the rest is recorded under the lock.
 */
export async function record(deps: DispatchDeps, outcomes: readonly Outcome[]): Promise<void> {
  const accepted = outcomes.filter(({ state }) => state === "accepted");
  const written = accepted.length === 0 ? 0 : await recordOutcomes(deps.sql, accepted, false);
  const named = accepted.filter(
    ({ channel, messageId }) => messageId !== null && deps.keepsMessageIds?.has(channel) === true,
  );
  if (named.length > 0) await keepMessageIds(deps.sql, named);
  const rest = written === accepted.length ? outcomes.filter(({ state }) => state !== "accepted") : outcomes;
  if (rest.length === 0) return;
  const reminders = rest.map(({ shop, reminderId }) => ({ shop, id: reminderId }));
  const failed = rest.filter(({ state }) => state === "failed-permanent" || state === "failed-transient");
  const unknown = rest.filter(({ state }) => state === "unknown");
  await changeCredited(deps.sql, reminders, (tx) =>
    Promise.all([
      recordOutcomes(tx, rest, true),
      failed.length === 0 ? null : planAnewWithout(tx, failed).execute(),
      schedule(
        deps,
        tx,
        unknown.map(({ shop, deliveryId: id }) => ({ shop, id })),
      ),
      heed(tx, rest),
      askPeople(deps, tx, unknown),
    ]),
  );
}

/** Opts out the addresses that the answers name, in the transaction that records these. */
async function heed(tx: Sql, outcomes: readonly Outcome[]): Promise<void> {
  const wishes = new Map(
    outcomes
      .flatMap((outcome) => outcome.wishes)
      .map((wish) => [`${wish.shop}\n${wish.hash.toString("latin1")}`, wish]),
  );
  if (wishes.size === 0) return;
  const at = await databaseNow(tx);
  await writeWishes(
    tx,
    [...wishes.values()].map((wish) => ({ ...wish, at })),
    insertAudit,
  );
}

/** Gives up the claims whose leases ran out. Returns how many. */
export async function rescueExpired(deps: DispatchDeps): Promise<number> {
  const expired = await findExpired(deps.sql, 1_000);
  if (expired.length === 0) return 0;
  return changeCredited(deps.sql, expired, async (tx) => {
    const repeated = [...deps.channels.values()].flatMap(({ name, idempotent }) => (idempotent === true ? name : []));
    const givenUp = await giveUpExpired(tx, expired, verdictOnExpired(), repeated);
    const failed = givenUp.filter(({ state }) => state === "failed-transient");
    await schedule(deps, tx, givenUp);
    await askPeople(
      deps,
      tx,
      givenUp.map(({ shop, reminder_id: reminderId }) => ({ shop, reminderId })),
    );
    if (failed.length > 0)
      await planAnewWithout(
        tx,
        failed.map(({ shop, reminder_id: reminderId }) => ({ shop, reminderId })),
      );
    return givenUp.length;
  });
}

/** `manual.unknown` of a campaign: a person finds out whether the message arrived. */
async function askPeople({ policy }: DispatchDeps, tx: Sql, sends: readonly UnknownSend[]): Promise<void> {
  const campaigns = policy().campaigns.flatMap(({ key, manual }) => (manual?.unknown === true ? key : []));
  if (sends.length > 0 && campaigns.length > 0) await makeUnknownTasks(tx, sends, campaigns);
}

/** Has the providers asked about deliveries of unknown outcome, as far as they can be asked. */
async function schedule({ channels }: DispatchDeps, tx: Sql, deliveries: readonly Key[]): Promise<void> {
  const askable = [...channels.values()].flatMap(({ name, lookup }) => (lookup === undefined ? [] : name));
  if (deliveries.length > 0 && askable.length > 0) await scheduleLookups(tx, deliveries, askable, FIRST_QUESTION);
}
