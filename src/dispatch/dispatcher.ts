/**
 * The dispatcher of one process: claims batches, sends what it claimed, records outcomes in groups. `stop` takes no more claims and
 * waits until every claim it holds is recorded, so that none is abandoned.
 */

import { rescue as verdictOnExpired } from "../core/rules/retry.ts";
import { groupCommit } from "../db/group-commit.ts";
import { changeCredited } from "../db/stores/buyers/attribution-store.ts";
import { withCurrentCampaigns } from "../db/stores/campaigns/planning-fence.ts";
import {
  endWaits,
  findExpired,
  giveUpExpired,
  type Outcome,
  planAnewWithout,
  recordOutcomes,
} from "../db/stores/dispatch/dispatch-store.ts";
import { type ClaimedBatch, claimDue } from "./claim.ts";
import { claimRetries } from "./claim-retries.ts";
import type { DispatchDeps, SendJob } from "./deps.ts";
import { recordPatiently } from "./record.ts";
import { send } from "./send.ts";
import { findQueues, withRate } from "./slots.ts";

export type Dispatcher = {
  /** Works off what is due now, until nothing is left that this process may take. Returns how many buyers it took. */
  drain(): Promise<number>;
  /** Gives up claims whose lease ran out. Returns how many. */
  rescue(): Promise<number>;
  /** Lets go who waits for a channel that has no rate any more. */
  freeWaiting(): Promise<void>;
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
/** Claims made at a time, whoever asks for them: more only wait for each other, for the store and for the one thread here (measured). */
const MAX_CLAIMING = 3;
/** However much is due, so often at least what failed for the moment is tried again. */
const RETRIES_EVERY_MS = 500;
/** A drain does not stay longer for what only waits for its turn: the due scan and the sweep look again. */
const LONGEST_TURNS_MS = 1_000;

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
    most: 500,
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

  /** `turns`: how many of those that it took had waited for room under their channel's rate. */
  async function once(): Promise<{ taken: number; turns: number }> {
    await until(() => (claiming < MAX_CLAIMING && inFlight + BATCH <= MAX_IN_FLIGHT) || stopped);
    if (stopped) return { taken: 0, turns: 0 };
    claiming++;
    inFlight += BATCH;
    // What is claimed is sent, also when the claim after it fails.
    const jobs: SendJob[] = [];
    let taken = 0;
    let turns = 0;
    const claim = async (batch: () => Promise<ClaimedBatch>): Promise<number> => {
      const claimed = await withCurrentCampaigns(deps.refresh, batch);
      jobs.push(...claimed.jobs);
      taken += claimed.taken;
      return claimed.taken;
    };
    try {
      const queues = await findQueues(deps.sql, deps.channels, BATCH / 2);
      // Where there is a rate, what is tried again goes before what has its first turn; and everywhere before a backlog, now and then.
      const retriesFirst = queues !== null || performance.now() - retriedAt >= RETRIES_EVERY_MS;
      if (retriesFirst) {
        retriedAt = performance.now();
        await claim(() => claimRetries(deps, queues === null ? BATCH / 2 : BATCH / 4));
      }
      // What waits for its slot may not fill the process: a batch of what is due, perhaps for another channel, has room beside it.
      const mayTurn = inFlight + BATCH <= MAX_IN_FLIGHT;
      if (queues !== null && queues.room.size > 0 && mayTurn)
        turns = await claim(() => claimDue(deps, BATCH, queues, "turn"));
      if (taken < BATCH) await claim(() => claimDue(deps, BATCH - taken, queues));
      if (!retriesFirst && taken < BATCH) await claim(() => claimRetries(deps, BATCH - taken));
      return { taken, turns };
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
        const { taken, turns } = await once();
        total += taken;
        if (taken === 0 || (taken === turns && performance.now() - begun > LONGEST_TURNS_MS)) return total;
      }
    },
    async rescue() {
      const { state, reason } = verdictOnExpired();
      const expired = await findExpired(deps.sql, 1_000);
      if (expired.length === 0) return 0;
      return changeCredited(deps.sql, expired, (tx) => giveUpExpired(tx, expired, state, reason));
    },
    freeWaiting: () =>
      endWaits(
        deps.sql,
        withRate(deps.channels).map(({ name }) => name),
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
 * Nearly all were accepted: recorded by themselves and without a lock, since a payment is credited to a send under way already. If one of
 * them was given up meanwhile, or failed, it may have been credited wrongly.
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
