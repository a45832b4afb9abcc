/** Decides what is due for a batch of buyers and claims the sends, in one transaction. */
import { advance, nextWake, touch } from "../core/rules/buyer.ts";
import type { BuyerPolicy, Decision } from "../core/rules/buyer-state.ts";
import { uselessAt } from "../core/rules/decide.ts";
import { usefulUntil } from "../core/rules/judge.ts";
import type { PlannedRow } from "../core/rules/plan.ts";
import { MINUTE, SECOND } from "../core/values/duration.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import { finishLoading, type LoadEnv, loadBuyers } from "../db/stores/buyers/buyer-load.ts";
import { type BuyerChange, type Claim, writeBuyers } from "../db/stores/buyers/buyer-write.ts";
import { planningMoment } from "../db/stores/campaigns/planning-fence.ts";
import { lockDueBuyers, lockWaiting, putOff, type Wait, waitForRoom } from "../db/stores/dispatch/dispatch-store.ts";
import { databaseNow } from "../db/stores/intake/intake-store.ts";
import { inTransaction, isDataFault } from "../db/transaction.ts";
import type { Catalog } from "../render/catalog/catalog.ts";
import { type DispatchDeps, leaseMs, type SendJob } from "./deps.ts";
import { bookSlots, type Queues, type SlotBook } from "./slots.ts";

export type ClaimedBatch = {
  /** Buyers that were due and free, without those that were left as they were. */
  readonly taken: number;
  readonly jobs: readonly SendJob[];
};

/** How long a buyer that cannot be decided waits for a better configuration or program. */
export const BROKEN_WAIT = 5 * MINUTE;

const MIN_WAIT = SECOND / 2;

const UNDECIDED = "a buyer could not be decided; trying again later";

/** What is decided of a buyer, and what was planned before. */
type Due = BuyerChange & { readonly planned: readonly PlannedRow[] };

/**
 * `limit` of the buyers that are due; or, with `queues` of those that wait for their channel's rate and `whose` turn it is, these.
 * Who comes to a channel before which others wait, waits behind them. A batch that fails for the data of one of them is taken again in
 * smaller ones, in the same order, until that buyer stands alone and is put off: it must not hold up the others.
 */
export async function claimDue(
  deps: DispatchDeps,
  limit: number,
  queues: Queues | null = null,
  whose: "due" | "turn" = "due",
): Promise<ClaimedBatch> {
  const locked: { shop: string; id: string }[] = [];
  try {
    return await claimBatch(deps, { limit, queues, whose }, locked);
  } catch (error) {
    if (!isDataFault(error) || locked.length === 0) throw error;
    if (locked.length > 1) return claimDue(deps, locked.length >> 1, queues, whose);
    for (const { shop, id } of locked) deps.log.error({ err: error, shop, buyer: id }, UNDECIDED);
    await inTransaction(deps.sql, async (tx) => {
      await putOff(tx, locked, (await databaseNow(tx)) + BROKEN_WAIT);
    });
    return { taken: 1, jobs: [] };
  }
}

type Batch = { readonly limit: number; readonly queues: Queues | null; readonly whose: "due" | "turn" };

/** `locked` gets the buyers as soon as they are known. */
function claimBatch(
  deps: DispatchDeps,
  { limit, queues, whose }: Batch,
  locked: { shop: string; id: string }[],
): Promise<ClaimedBatch> {
  return inTransaction(deps.sql, async (tx) => {
    const askedAt = performance.now();
    const policy = deps.policy();
    const catalog = deps.catalog();
    const turn = whose === "turn" && queues !== null;
    const [now, rows] = await Promise.all([
      planningMoment(tx, policy.revision),
      turn ? lockWaiting(tx, queues.room, limit) : lockDueBuyers(tx, limit),
    ]);
    if (rows.length === 0) return { taken: 0, jobs: [] };
    for (const row of rows) locked.push({ shop: row.shop_id, id: row.id });
    const env: LoadEnv = { shopOf: (shop) => shopPolicy(deps, shop), campaigns: policy.campaigns, now };
    const known = rows.filter(({ shop_id }) => deps.shopOf(shop_id) !== null);
    const loaded = await loadBuyers(tx, env, known);
    const changes: Due[] = [];
    const broken = rows.filter((row) => !known.includes(row)).map((row) => ({ shop: row.shop_id, id: row.id }));
    for (const shop of new Set(broken.map(({ shop }) => shop)))
      deps.log.warn({ shop }, "orders of a shop that is no longer configured wait: list it in dunlin.yaml");
    for (const buyer of loaded.values()) {
      try {
        finishLoading(buyer);
        const decisions = buyer.touched ? touch(buyer.state, policy, now, true) : [];
        const planned = buyer.state.open?.rows ?? [];
        decisions.push(...advance(buyer.state, policy, now));
        changes.push({ buyer, decisions, planned });
      } catch (error) {
        // One buyer that cannot be decided must not hold up the others.
        deps.log.error({ err: error, shop: buyer.shop, buyer: buyer.id }, UNDECIDED);
        broken.push({ shop: buyer.shop, id: buyer.id });
      }
    }
    if (broken.length > 0) await putOff(tx, broken, now + BROKEN_WAIT);
    const backlog = rows.length >= limit;
    const closed = turn ? undefined : queues?.[backlog ? "behind" : "waiting"];
    const slots = await bookSlots(deps.sql, deps.channels, sendsByChannel(changes), now, closed);
    const { granted, refused, slotOf } = grant(changes, slots);
    const waits = refused.filter(({ due, channel }) => !isWaiting(due, channel, now));
    if (waits.length > 0)
      await waitForRoom(
        tx,
        waits.map(({ due, channel }) => waitOf(policy, due, channel, now)),
      );
    const claims = await writeBuyers(tx, granted, now, leaseMs(deps.channels));
    for (const { decisions } of granted)
      for (const { reason } of decisions) if (reason !== null) deps.meter?.skipped(reason);
    const jobs = claims.map((claim) =>
      sendJob(deps, catalog, claim, now, askedAt, askedAt + (slotOf.get(claim.decision) ?? 0)),
    );
    return { taken: rows.length - (refused.length - waits.length), jobs };
  });
}

export function shopPolicy(deps: DispatchDeps, shop: string): ShopPolicy {
  const policy = deps.shopOf(shop);
  if (policy === null) throw new Error(`shop ${shop} has stored orders but is not configured: list it in dunlin.yaml`);
  return policy;
}

function sendsByChannel(changes: readonly BuyerChange[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { decisions } of changes)
    for (const { channel } of decisions) if (channel !== null) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  return counts;
}

/** A buyer whose send finds no room is left as it was, and waits for its turn. */
function grant(changes: readonly Due[], slots: SlotBook) {
  const granted: BuyerChange[] = [];
  const refused: { due: Due; channel: string }[] = [];
  const slotOf = new Map<Decision, number>();
  for (const change of changes) {
    const sends = sendsOf(change);
    const offsets = sends.map(({ channel }) => slots.next(channel ?? ""));
    const full = sends[offsets.indexOf(null)]?.channel;
    if (full != null) {
      refused.push({ due: change, channel: full });
      continue;
    }
    granted.push(change);
    for (const [index, decision] of sends.entries()) slotOf.set(decision, offsets[index] ?? 0);
  }
  return { granted, refused, slotOf };
}

const sendsOf = ({ decisions }: Due) => decisions.filter(({ channel }) => channel !== null);

/** It waits already, and nothing but its turn is to come: nothing is written. */
const isWaiting = ({ buyer }: Due, channel: string, now: number): boolean =>
  buyer.waitsFor === channel && buyer.wakeAt !== null && buyer.wakeAt > now;

/** Its place is that of the time at which it was due. Until its turn comes it wakes for whatever else there is to decide. */
function waitOf(policy: BuyerPolicy, due: Due, channel: string, now: number): Wait {
  const { buyer, planned } = due;
  const sends: { id: string; orders: readonly string[] }[] = [];
  let since = now;
  let until = nextWake(buyer.state, now) ?? Number.POSITIVE_INFINITY;
  for (const { at } of planned) if (at > now) until = Math.min(until, at);
  for (const { row, campaign, orders } of sendsOf(due)) {
    if (row === null || campaign === null) continue;
    const stored = buyer.baseline.planned.get(row.step);
    if (stored !== undefined) sends.push({ id: stored.id, orders });
    // Planned anew, it is dated to that moment; its place stays that of the time it had before.
    since = Math.min(since, row.moves.find(({ rule }) => rule === "late")?.from ?? row.at);
    until = Math.min(until, uselessAt(policy, campaign, row));
  }
  return { shop: buyer.shop, id: buyer.id, channel, since, until: Math.max(until, now + MIN_WAIT), sends };
}

function sendJob(
  deps: DispatchDeps,
  catalog: Catalog,
  claim: Claim,
  now: number,
  askedAt: number,
  slotAt: number,
): SendJob {
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
    attempt: 1,
    until: usefulUntil(campaign, row),
    claimedAt: now,
    askedAt,
    slotAt,
  };
}
