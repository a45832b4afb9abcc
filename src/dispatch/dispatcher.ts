/**
 * Creates the dispatcher of a process. It claims batches, sends what it claimed, and records outcomes in groups. `stop` makes no more claims
 * and waits until every claim is recorded, so that none is abandoned.
 */

import { groupCommit } from "../db/group-commit.ts";
import { withCurrentCampaigns } from "../db/stores/campaigns/planning-fence.ts";
import { endLeases, type Outcome } from "../db/stores/dispatch/outcome-store.ts";
import { endWaits } from "../db/stores/dispatch/rate-store.ts";
import { type ClaimedBatch, claimDue, claimQueued } from "./claim.ts";
import { claimRetries } from "./claim-retries.ts";
import type { ClaimDeps, DispatchDeps, SendJob } from "./deps.ts";
import { createBreakers } from "./limits/breakers.ts";
import { BATCH, createBulkheads, type NextClaim, PATIENCE_MS } from "./limits/bulkheads.ts";
import { createChannelFaults } from "./limits/channel-faults.ts";
import { createOutages } from "./limits/outages.ts";
import { createSlotClock } from "./limits/slot-clock.ts";
import { findQueues, pacerOf, type Queues, rateLimited } from "./limits/slots.ts";
import { createSendTally } from "./limits/tally.ts";
import { record, recordPatiently, rescueExpired } from "./record.ts";
import { messageKeeper } from "./repeats.ts";
import { send } from "./send.ts";
import { createTurns } from "./turns.ts";
import { createUnlisted } from "./unlisted.ts";

export type Dispatcher = {
  /** Claims and sends until nothing is due that this process may take. Returns how many buyers it took. */
  drain(): Promise<number>;
  /** Gives up claims whose leases ran out. Returns how many. */
  rescue(): Promise<number>;
  /** Dissolves the queues of channels that are no longer configured, or have come to be down. */
  dissolveQueues(): Promise<void>;
  /** Waits until every send under way is recorded, with what it showed about its channel. */
  settled(): Promise<void>;
  stop(): Promise<void>;
  /** Claims held by this process. */
  readonly inFlight: number;
};

/** Batches claimed at a time. More only wait for each other, for the store and for the one thread here (measured). */
const MAX_CLAIMING = 3;
/** Leases that a rescue ends in one statement. */
const LEASES_PER_LOOK = 200;
/** Retries are claimed at least this often, however much else is due. */
const RETRIES_EVERY_MS = 500;
/** Queues of channels without a rate limit are looked for at least this often, also when this process met no full channel: another may have. */
const LOOK_FOR_QUEUES_MS = 1_000;
/** A drain that meets queued sends does not stay longer: the due scan and the sweep look again. */
const MAX_QUEUED_MS = 1_000;

export function createDispatcher(deps: DispatchDeps): Dispatcher {
  const breakers = createBreakers(deps, deps.breakerTimes);
  const outages = createOutages(deps, breakers);
  const bulkheads = createBulkheads(deps.channels, breakers);
  const faults = createChannelFaults(deps);
  const unlisted = createUnlisted(deps);
  const keep = messageKeeper(deps.sql);
  const tally = createSendTally(deps);
  const claimDeps: ClaimDeps = { ...deps, bulkheads, breakers, slotClock: createSlotClock() };
  const pacer = deps.pacer ?? pacerOf(claimDeps);
  const turns = createTurns(deps.sql);
  const isLimited = rateLimited(deps.channels).length > 0;
  let claiming = 0;
  let sending = 0;
  let retriedAt = Number.NEGATIVE_INFINITY;
  let lookedAt = Number.NEGATIVE_INFINITY;
  /** The channels that buyers wait for, as far as this process knows. */
  let queued: ReadonlySet<string> = new Set();
  let backlog = false;
  let refilling = false;
  /** Whether there may be something to refill once more. */
  let more = false;
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
    const { channel } = job;
    const claimMs = performance.now() - job.askedAt;
    let sentAt: number | null = null;
    try {
      const outcome = await send(deps, job, {
        ...{ call: bulkheads.call(channel), faults, breakers, pacer, tally },
        unlisted: unlisted.note,
        keep,
      });
      sentAt = performance.now();
      bulkheads.sent(channel);
      await recorder.submit(outcome);
    } catch (error) {
      // The claim stays in the ledger, and its lease will run out: counted as unknown, never sent again.
      deps.log.error({ err: error, reminder: job.reminderId }, "a claimed reminder could not be sent or recorded");
    } finally {
      if (sentAt !== null) bulkheads.overhead(channel, claimMs + performance.now() - sentAt);
      bulkheads.release(channel, sentAt !== null);
      sending--;
      wake();
      void refill(channel);
    }
  }

  /** Claims again as soon as a channel with a queue has room. One claim at a time: the others are the drains'. */
  async function refill(channel: string): Promise<void> {
    const hasRoom = () => queued.has(channel) && bulkheads.room(channel) > 0 && !stopped;
    // Slots under a rate limit come at their time: the due scan looks for them.
    if (!hasRoom() || deps.channels.get(channel)?.ratePerSecond !== null) return;
    more = true;
    if (refilling) return;
    refilling = true;
    try {
      while (more && hasRoom()) {
        more = false;
        if ((await once()).queued > 0) more = true;
      }
    } catch {
      // An outage: the sweep meets it too, and reports it.
    } finally {
      refilling = false;
      wake();
    }
  }

  /** Resolves when claims may go on; null: the dispatcher is stopped. The claim counts as under way from then on. */
  async function turn(): Promise<NextClaim | null> {
    while (!stopped) {
      const next = claiming < MAX_CLAIMING ? bulkheads.next() : null;
      if (next !== null) {
        claiming++;
        return next;
      }
      // Until a claim or a send ends, or a full channel proves to be stuck.
      const timer = setTimeout(wake, PATIENCE_MS);
      await new Promise<void>((resolve) => waiting.push(resolve));
      clearTimeout(timer);
    }
    return null;
  }

  async function lookForQueues(next: NextClaim): Promise<Queues | null> {
    if (
      !isLimited &&
      queued.size === 0 &&
      breakers.open().size === 0 &&
      performance.now() - lookedAt < LOOK_FOR_QUEUES_MS
    )
      return null;
    lookedAt = performance.now();
    const before = queued;
    const paused = deps.policy().pausedChannels;
    const roomIn = (name: string) => (paused?.has(name) === true ? 0 : bulkheads.room(name, next));
    const queues = await findQueues(deps.sql, deps.channels, BATCH / 2, roomIn);
    // A claim that queued buyers meanwhile is not in it.
    queued = queued === before ? queues.waiting : new Set([...queued, ...queues.waiting]);
    return queues;
  }

  /** Claims one batch and starts to send it. `queued`: how many of the buyers that it took had been queued for a channel. */
  async function once(): Promise<{ taken: number; queued: number }> {
    const next = await turn();
    if (next === null) return { taken: 0, queued: 0 };
    const { count, stuck } = next;
    // A claimed send is sent even when the next claim fails.
    const jobs: SendJob[] = [];
    let taken = 0;
    let fromQueues = 0;
    const claim = async (batch: () => Promise<ClaimedBatch>): Promise<ClaimedBatch> => {
      const claimed = await withCurrentCampaigns(deps.refresh, batch);
      jobs.push(...claimed.jobs);
      taken += claimed.taken;
      if (claimed.queued.size > 0) queued = new Set([...queued, ...claimed.queued]);
      return claimed;
    };
    try {
      const queues = await lookForQueues(next);
      const open = breakers.open();
      // Retries on an open channel are judged, too: some take another channel, and some are of no use any more.
      const full = new Set([...stuck].filter((name) => !open.has(name)));
      const rooms = queues?.rooms.map((room) => ({ ...room, after: turns.after(room.channel) })) ?? [];
      // With a rate limit, retries go before first attempts. Without one, they go first now and then, so that no backlog holds them up.
      const retriesFirst = isLimited || performance.now() - retriedAt >= RETRIES_EVERY_MS;
      if (retriesFirst) {
        retriedAt = performance.now();
        await claim(() => claimRetries(claimDeps, Math.ceil(isLimited ? count / 4 : count / 2), full));
      }
      if (rooms.length > 0) fromQueues = (await claim(() => claimQueued(claimDeps, count, rooms, turns))).taken;
      if (taken < count) {
        const shops = backlog ? await turns.dueShops(count - taken) : null;
        const probes = queues === null ? [] : breakers.toProbe().filter((name) => !queues.waiting.has(name));
        const due = await claim(() => claimDue(claimDeps, count - taken, { queues, stuck, probes, shops }));
        if (shops === null) backlog = due.backlog;
      }
      if (!retriesFirst && taken < count) await claim(() => claimRetries(claimDeps, count - taken, full));
      return { taken, queued: fromQueues };
    } finally {
      next.end();
      claiming--;
      sending += jobs.length;
      for (const job of jobs) void work(job);
      wake();
    }
  }

  // A claim under way becomes sends.
  const settled = async (): Promise<void> => {
    await until(() => claiming === 0 && sending === 0 && !refilling);
    await Promise.all([faults.settled(), unlisted.settled(), tally.settled()]);
  };
  return {
    async drain() {
      const begun = performance.now();
      for (let total = 0; ; ) {
        const { taken, queued } = await once();
        total += taken;
        if (taken === 0 || (queued > 0 && performance.now() - begun > MAX_QUEUED_MS)) return total;
      }
    },
    async rescue() {
      while ((await endLeases(deps.sql, LEASES_PER_LOOK)) === LEASES_PER_LOOK);
      return rescueExpired(deps);
    },
    async dissolveQueues() {
      await Promise.all([endWaits(deps.sql, [...deps.channels.keys()], 10_000), outages.look()]);
    },
    settled,
    async stop() {
      stopped = true;
      wake();
      await settled();
    },
    get inFlight() {
      return bulkheads.held;
    },
  };
}
