/**
 * Creates the dispatcher of a process. It claims batches, sends what it claimed, and records outcomes in groups. `stop` makes no more claims
 * and waits until every claim is recorded, so that none is abandoned.
 */

import { rescue as verdictOnExpired } from "../core/rules/retry.ts";
import { groupCommit } from "../db/group-commit.ts";
import { changeCredited } from "../db/stores/buyers/attribution-store.ts";
import { withCurrentCampaigns } from "../db/stores/campaigns/planning-fence.ts";
import { planAnewWithout } from "../db/stores/dispatch/due-store.ts";
import { findExpired, giveUpExpired, type Outcome, recordOutcomes } from "../db/stores/dispatch/outcome-store.ts";
import { endWaits } from "../db/stores/dispatch/rate-store.ts";
import { type ClaimedBatch, claimDue, claimQueued } from "./claim.ts";
import { claimRetries } from "./claim-retries.ts";
import type { DispatchDeps, SendJob } from "./deps.ts";
import { recordPatiently } from "./record.ts";
import { send } from "./send.ts";
import { findQueues, rateLimited } from "./slots.ts";

export type Dispatcher = {
  /** Claims and sends until nothing is due that this process may take. Returns how many buyers it took. */
  drain(): Promise<number>;
  /** Gives up claims whose leases ran out. Returns how many. */
  rescue(): Promise<number>;
  /** Dissolves the queues of channels that no longer have a rate limit. */
  dissolveQueues(): Promise<void>;
  /** Waits until every send under way is recorded. */
  settled(): Promise<void>;
  stop(): Promise<void>;
  /** Claims held by this process. */
  readonly inFlight: number;
};

/** Buyers of one claim: enough to make a round trip cheap, few enough that a crash strands little. */
const BATCH = 100;
/** Claims one process holds at most. */
const MAX_IN_FLIGHT = 400;
/** Batches claimed at a time. More only wait for each other, for the store and for the one thread here (measured). */
const MAX_CLAIMING = 3;
/** Retries are claimed at least this often, however much else is due. */
const RETRIES_EVERY_MS = 500;
/** A drain does not stay longer for queued sends alone: the due scan and the sweep look again. */
const MAX_QUEUED_MS = 1_000;

export function createDispatcher(deps: DispatchDeps): Dispatcher {
  let inFlight = 0;
  let claiming = 0;
  let retriedAt = Number.NEGATIVE_INFINITY;
  let stopped = false;
  const waiting: (() => void)[] = [];
  const wake = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const recorder = groupCommit<Outcome, void>({
    max: 500,
    lanes: 2,
    run: async (outcomes) => {
      await recordPatiently(deps, () => record(deps, outcomes));
      return outcomes.map(() => undefined);
    },
  });

  async function work(job: SendJob): Promise<void> {
    try {
      await recorder.submit(await send(deps, job));
    } catch (error) {
      // The claim stays in the ledger, and its lease will run out: counted as unknown, never sent again.
      deps.log.error({ err: error, reminder: job.reminderId }, "a claimed reminder could not be sent or recorded");
    } finally {
      inFlight--;
      wake();
    }
  }

  /** Claims one batch and starts to send it. `queued`: how many of the buyers that it took had been queued for a rate-limited channel. */
  async function once(): Promise<{ taken: number; queued: number }> {
    await until(() => (claiming < MAX_CLAIMING && inFlight + BATCH <= MAX_IN_FLIGHT) || stopped);
    if (stopped) return { taken: 0, queued: 0 };
    claiming++;
    inFlight += BATCH;
    // A claimed send is sent even when the next claim fails.
    const jobs: SendJob[] = [];
    let taken = 0;
    let queued = 0;
    const claim = async (batch: () => Promise<ClaimedBatch>): Promise<number> => {
      const claimed = await withCurrentCampaigns(deps.refresh, batch);
      jobs.push(...claimed.jobs);
      taken += claimed.taken;
      return claimed.taken;
    };
    try {
      const queues = await findQueues(deps.sql, deps.channels, BATCH / 2);
      // With a rate limit, retries go before first attempts. Without one, they go first now and then, so that no backlog holds them up.
      const retriesFirst = queues !== null || performance.now() - retriedAt >= RETRIES_EVERY_MS;
      if (retriesFirst) {
        retriedAt = performance.now();
        await claim(() => claimRetries(deps, queues === null ? BATCH / 2 : BATCH / 4));
      }
      // Sends that wait for their slots must not fill the process: leave room for a batch that is due, perhaps on another channel.
      const hasRoom = inFlight + BATCH <= MAX_IN_FLIGHT;
      if (queues !== null && queues.room.size > 0 && hasRoom)
        queued = await claim(() => claimQueued(deps, BATCH, queues));
      if (taken < BATCH) await claim(() => claimDue(deps, BATCH - taken, queues));
      if (!retriesFirst && taken < BATCH) await claim(() => claimRetries(deps, BATCH - taken));
      return { taken, queued };
    } finally {
      claiming--;
      inFlight += jobs.length - BATCH;
      for (const job of jobs) void work(job);
      wake();
    }
  }

  const settled = () => until(() => inFlight === 0);
  return {
    async drain() {
      const begun = performance.now();
      for (let total = 0; ; ) {
        const { taken, queued } = await once();
        total += taken;
        if (taken === 0 || (taken === queued && performance.now() - begun > MAX_QUEUED_MS)) return total;
      }
    },
    async rescue() {
      const { state, reason } = verdictOnExpired();
      const expired = await findExpired(deps.sql, 1_000);
      if (expired.length === 0) return 0;
      return changeCredited(deps.sql, expired, (tx) => giveUpExpired(tx, expired, state, reason));
    },
    dissolveQueues: () =>
      endWaits(
        deps.sql,
        rateLimited(deps.channels).map(({ name }) => name),
        10_000,
      ),
    settled,
    async stop() {
      stopped = true;
      wake();
      await settled();
    },
    get inFlight() {
      return inFlight;
    },
  };
}

/**
 * Records outcomes. Nearly all are accepted: these go alone and without a lock, since a payment is credited even to a send under way. A send
 * that failed or was given up meanwhile may have been credited wrongly, so the rest is recorded under the lock.
 */
async function record(deps: DispatchDeps, outcomes: readonly Outcome[]): Promise<void> {
  const accepted = outcomes.filter(({ state }) => state === "accepted");
  const written = accepted.length === 0 ? 0 : await recordOutcomes(deps.sql, accepted, false);
  const rest = written === accepted.length ? outcomes.filter(({ state }) => state !== "accepted") : outcomes;
  if (rest.length === 0) return;
  const reminders = rest.map(({ shop, reminderId }) => ({ shop, id: reminderId }));
  const failed = rest.filter(({ state }) => state === "failed-permanent" || state === "failed-transient");
  await changeCredited(deps.sql, reminders, (tx) =>
    Promise.all([recordOutcomes(tx, rest, true), failed.length === 0 ? null : planAnewWithout(tx, failed).execute()]),
  );
}
