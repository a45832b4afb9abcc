/** Decides what is due for a batch of buyers and claims the sends, in one transaction. */
import { advance, touch } from "../core/rules/buyer.ts";
import type { BuyerPolicy } from "../core/rules/buyer-state.ts";
import { leaveBy } from "../core/rules/decide.ts";
import { usefulUntil } from "../core/rules/judge.ts";
import { MINUTE } from "../core/values/duration.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import { finishLoading } from "../db/stores/buyers/adopt.ts";
import { loadBuyers } from "../db/stores/buyers/buyer-load.ts";
import { writeBuyers } from "../db/stores/buyers/buyer-write.ts";
import { storedWith } from "../db/stores/buyers/chosen-contact.ts";
import type { BuyerRow, LoadEnv, LoadedBuyer } from "../db/stores/buyers/loaded-buyer.ts";
import type { Claim } from "../db/stores/buyers/write/reminder-changes.ts";
import { planningMoment } from "../db/stores/campaigns/planning-fence.ts";
import { lockDueBuyers, lockDueOfShops, putOff } from "../db/stores/dispatch/due-store.ts";
import { lockWaiting, type Room, waitForRoom } from "../db/stores/dispatch/rate-store.ts";
import { readGate } from "../db/stores/dispatch/store-identity.ts";
import { databaseNow } from "../db/stores/intake/intake-store.ts";
import { inTransaction, isDataFault } from "../db/transaction.ts";
import type { Catalog } from "../render/catalog/catalog.ts";
import { takeCalls } from "./calls.ts";
import { type ClaimDeps, type DispatchDeps, isTask, leaseMs, type SendJob } from "./deps.ts";
import type { Places } from "./limits/bulkheads.ts";
import { loadCaps } from "./limits/caps.ts";
import { type Due, sendsByChannel, sendsOf, takePlaces, takeSlots } from "./limits/grant.ts";
import { bookSlots, type Queues } from "./limits/slots.ts";
import { isWaiting, waitOf } from "./limits/waits.ts";
import type { Turns } from "./turns.ts";

export type ClaimedBatch = {
  /** How many buyers it took: those that were due and not locked, without those that it left unchanged. */
  readonly taken: number;
  readonly jobs: readonly SendJob[];
  /** It took as many as it was allowed: more may be due. */
  readonly backlog: boolean;
  /** Channels for which it queued buyers. */
  readonly queued: ReadonlySet<string>;
};

export const NOTHING: ClaimedBatch = { taken: 0, jobs: [], backlog: false, queued: new Set() };

/** How long a buyer that cannot be decided waits: until then the configuration or the program may be mended. */
export const BROKEN_WAIT = 5 * MINUTE;

const UNDECIDED = "a buyer could not be decided; retrying in 5 minutes";

/** Which buyers a batch takes, and the channels on which they may not send now. `backlog`: the batch is full, more may be due. */
type Source = {
  readonly lock: (tx: Sql, max: number) => PromiseLike<readonly BuyerRow[]>;
  readonly closed: (backlog: boolean) => ReadonlySet<string> | undefined;
  /** The policy by which the buyer is decided. */
  readonly policy: (base: BuyerPolicy, buyer: LoadedBuyer) => BuyerPolicy;
  /** Learns what was decided for each buyer, in turn. */
  readonly decided?: (due: Due) => void;
};

export type DueOptions = {
  readonly queues: Queues | null;
  /** Channels that are full. */
  readonly stuck: ReadonlySet<string>;
  /** Channels that are down and are to be probed, while no buyer waits for them: the next one who would take it is queued. */
  readonly probes: readonly string[];
  /** Takes the same number from each of these shops; null: the longest due first. */
  readonly shops: readonly string[] | null;
};
const ALL_OPEN: DueOptions = { queues: null, stuck: new Set(), probes: [], shops: null };

/**
 * Claims for up to `limit` buyers that are due. A send on a channel that is full or paused goes to the end of its queue; with a rate limit also if there
 * is a queue.
 */
export function claimDue(
  deps: ClaimDeps,
  limit: number,
  { queues, stuck, probes, shops }: DueOptions = ALL_OPEN,
): Promise<ClaimedBatch> {
  const probing = [...probes];
  return claim(deps, limit, {
    lock: shops === null ? lockDueBuyers : (tx, max) => lockDueOfShops(tx, shops, max),
    closed: (backlog) => (queues === null ? stuck : new Set([...stuck, ...queues[backlog ? "behind" : "closed"]])),
    policy: (base) => deps.breakers.policy(base, probing[0]),
    decided: (due) => {
      if (sendsOf(due).some(({ channel }) => channel === probing[0])) probing.shift();
    },
  });
}

/** Claims for up to `limit` buyers that are queued for a channel: of each shop the same number, those that are due longest. */
export function claimQueued(
  deps: ClaimDeps,
  limit: number,
  rooms: readonly Room[],
  turns: Pick<Turns, "served">,
): Promise<ClaimedBatch> {
  const lock: Source["lock"] = async (tx, max) => {
    const rows = await lockWaiting(tx, rooms, max);
    turns.served(rooms, rows);
    return rows;
  };
  // Those whose channel has room again take it, be it as a probe.
  const policy: Source["policy"] = (base, { waitsFor }) => deps.breakers.policy(base, waitsFor);
  return claim(deps, limit, { lock, closed: () => undefined, policy });
}

/**
 * A batch that fails because of one buyer's data is bisected, in the same order, until the bad buyer is isolated. The bad buyer is put off, so
 * that it does not hold up the others.
 */
async function claim(deps: ClaimDeps, limit: number, source: Source): Promise<ClaimedBatch> {
  const locked: { shop: string; id: string }[] = [];
  const places = deps.bulkheads.places();
  try {
    return await claimBatch(deps, limit, source, { locked, places });
  } catch (error) {
    places.giveAllBack();
    if (!isDataFault(error) || locked.length === 0) throw error;
    if (locked.length > 1) return claim(deps, locked.length >> 1, source);
    for (const { shop, id } of locked) deps.log.error({ err: error, shop, buyer: id }, UNDECIDED);
    await inTransaction(deps.sql, async (tx) => {
      await putOff(tx, locked, (await databaseNow(tx)) + BROKEN_WAIT);
    });
    return { ...NOTHING, taken: 1 };
  }
}

/** Fills `locked` as soon as the buyers are known, so that the caller has them when this fails; it gives the places back then. */
function claimBatch(
  deps: ClaimDeps,
  limit: number,
  source: Source,
  { locked, places }: { locked: { shop: string; id: string }[]; places: Places },
): Promise<ClaimedBatch> {
  return inTransaction(deps.sql, async (tx) => {
    const askedAt = performance.now();
    const policy = deps.policy();
    const catalog = deps.catalog();
    const [now, gate, rows] = await Promise.all([
      planningMoment(tx, policy.revision),
      readGate(tx),
      source.lock(tx, limit),
    ]);
    // The locks end with the transaction. src/loss finds out why it is closed.
    if (rows.length === 0 || !gate.open) return NOTHING;
    for (const row of rows) locked.push({ shop: row.shop_id, id: row.id });
    const env: LoadEnv = { shopOf: (shop) => shopPolicy(deps, shop), campaigns: policy.campaigns, now };
    const known = rows.filter(({ shop_id }) => deps.shopOf(shop_id) !== null);
    const [loaded, caps] = await Promise.all([loadBuyers(tx, env, known), loadCaps(tx, deps.channels, known)]);
    const changes: Due[] = [];
    const broken = rows.filter((row) => !known.includes(row)).map((row) => ({ shop: row.shop_id, id: row.id }));
    for (const shop of new Set(broken.map(({ shop }) => shop)))
      deps.log.warn(
        { shop },
        "a shop with open orders is not configured, and its reminders wait: list it under shops in dunlin.yaml",
      );
    for (const buyer of loaded.values()) {
      try {
        finishLoading(buyer);
        caps.apply(buyer);
        const its: BuyerPolicy = { ...source.policy(policy, buyer), lostUntil: gate.lostUntil };
        const decisions = buyer.touched ? touch(buyer.state, its, now, true) : [];
        const planned = buyer.state.open?.rows ?? [];
        decisions.push(...advance(buyer.state, its, now));
        const due = { buyer, decisions, planned };
        source.decided?.(due);
        for (const { channel } of sendsOf(due)) caps.note(buyer, channel);
        changes.push(due);
      } catch (error) {
        // It must not hold up the others.
        deps.log.error({ err: error, shop: buyer.shop, buyer: buyer.id }, UNDECIDED);
        broken.push({ shop: buyer.shop, id: buyer.id });
      }
    }
    if (broken.length > 0) await putOff(tx, broken, now + BROKEN_WAIT);
    deps.bulkheads.saw(rows.length, sendsByChannel(changes));
    const paused = policy.pausedChannels ?? [];
    const closed = new Set([...(source.closed(rows.length >= limit) ?? []), ...paused]);
    const { placed, refused: full } = takePlaces(changes, places, closed);
    const slots = await bookSlots(deps, sendsByChannel(placed));
    const { granted, refused: over, slotOf } = takeSlots(placed, places, slots);
    const refused = [...full, ...over];
    const waits = refused.filter(({ due, channel }) => !isWaiting(due, channel, now));
    if (waits.length > 0)
      await waitForRoom(
        tx,
        waits.map(({ due, channel }) => waitOf(policy, due, channel, now)),
      );
    const claims = await writeBuyers(tx, granted, now, {
      leaseMs: leaseMs(deps.channels),
      ...storedWith(deps.channels),
      isTask: (channel) => isTask(deps.channels, channel),
    });
    for (const { decisions } of granted)
      for (const { reason } of decisions) if (reason !== null) deps.meter?.skipped(reason);
    const claimed = claims.map((claim) =>
      sendJob(deps, { policy, catalog, claim, now, askedAt, slotAt: slotOf.get(claim.decision) ?? 0 }),
    );
    return {
      taken: rows.length - (refused.length - waits.length),
      jobs: await takeCalls(tx, deps, claimed, places),
      backlog: rows.length >= limit,
      queued: new Set(waits.map(({ channel }) => channel)),
    };
  });
}

export function shopPolicy(deps: DispatchDeps, shop: string): ShopPolicy {
  const policy = deps.shopOf(shop);
  if (policy === null)
    throw new Error(`shop ${shop} has stored orders but is not configured: list it under shops in dunlin.yaml`);
  return policy;
}

function sendJob(
  deps: DispatchDeps,
  input: { policy: BuyerPolicy; catalog: Catalog; claim: Claim; now: number; askedAt: number; slotAt: number },
): SendJob {
  const { policy, catalog, claim, now, askedAt, slotAt } = input;
  const { buyer, decision } = claim;
  const { campaign, row } = decision;
  if (campaign === null || row === null || decision.channel === null)
    throw new Error("a send has a campaign, a row and a channel");
  deps.meter?.claimed(decision.channel);
  return {
    shop: shopPolicy(deps, claim.shop),
    buyer,
    reminderId: claim.reminderId,
    deliveryId: claim.deliveryId,
    idempotencyKey: claim.deliveryId,
    campaign,
    catalog,
    step: row.step,
    variant: decision.variant,
    channel: decision.channel,
    orders: decision.orders,
    ...{ repeated: null, attempt: 1 },
    until: usefulUntil(campaign, row),
    latest: row.latest,
    leaveBy: leaveBy({ state: buyer.state, policy, campaign }, { ...row, orders: decision.orders }, now, "first"),
    claimedAt: now,
    askedAt,
    slotAt,
  };
}
