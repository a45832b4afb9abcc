/** Claims reminders whose retry is due. Each is judged again, under the lock of its buyer. */

import { type BuyerPolicy, usableChannel } from "../core/rules/buyer-state.ts";
import { leaveBy } from "../core/rules/decide.ts";
import { type UsableChannel, usefulUntil } from "../core/rules/judge.ts";
import { concernsPlan, judgeRetry, setAside } from "../core/rules/retry.ts";
import { channelsFrom } from "../core/seams/channel-order.ts";
import type { Reason } from "../core/values/reason.ts";
import { newId } from "../db/ids.ts";
import { type Key, shopKey } from "../db/keys.ts";
import { adoptOrder, finishLoading } from "../db/stores/buyers/adopt.ts";
import { loadBuyers } from "../db/stores/buyers/buyer-load.ts";
import type { LoadEnv, LoadedBuyer } from "../db/stores/buyers/loaded-buyer.ts";
import { loadOrders } from "../db/stores/buyers/order-rows.ts";
import { planningMoment } from "../db/stores/campaigns/planning-fence.ts";
import { planAnew } from "../db/stores/dispatch/due-store.ts";
import { dropMessages } from "../db/stores/dispatch/repeat-store.ts";
import {
  dueRetries,
  findRetries,
  lockFreeBuyers,
  putOffRetries,
  type RetryKey,
  type RetryRow,
  type RetryWrite,
  writeRetries,
} from "../db/stores/dispatch/retry-store.ts";
import { readGate, type SendGate } from "../db/stores/dispatch/store-identity.ts";
import { inTransaction, isDataFault } from "../db/transaction.ts";
import type { Catalog } from "../render/catalog/catalog.ts";
import { takeCalls } from "./calls.ts";
import { BROKEN_WAIT, type ClaimedBatch, NOTHING, shopPolicy } from "./claim.ts";
import { type ClaimDeps, isTask, RETRY_HORIZON_MS, type SendJob } from "./deps.ts";
import type { Places } from "./limits/bulkheads.ts";
import { loadCaps } from "./limits/caps.ts";
import { bookSlots, type SlotBook } from "./limits/slots.ts";
import { claimAttempts, isSameMessage } from "./repeats.ts";

/** Those on channels that are `full` wait. As in `claimDue`, a batch is bisected until the bad reminder is isolated and put off. */
export async function claimRetries(deps: ClaimDeps, limit: number, full: ReadonlySet<string>): Promise<ClaimedBatch> {
  const found: RetryKey[] = [];
  const places = deps.bulkheads.places();
  try {
    return await claimBatch(deps, limit, full, { asked: found, places });
  } catch (error) {
    places.giveAllBack();
    if (!isDataFault(error) || found.length === 0) throw error;
    if (found.length > 1) return claimRetries(deps, found.length >> 1, full);
    for (const { shop_id: shop, id } of found)
      deps.log.error({ err: error, shop, reminder: id }, "a reminder could not be judged; retrying in 5 minutes");
    await putOffRetries(deps.sql, found, BROKEN_WAIT);
    return { ...NOTHING, taken: 1 };
  }
}

function claimBatch(
  deps: ClaimDeps,
  limit: number,
  full: ReadonlySet<string>,
  { asked, places }: { asked: RetryKey[]; places: Places },
): Promise<ClaimedBatch> {
  return inTransaction(deps.sql, async (tx) => {
    const askedAt = performance.now();
    const policy = deps.policy();
    const catalog = deps.catalog();
    const [now, gate, found] = await Promise.all([
      planningMoment(tx, policy.revision),
      readGate(tx),
      findRetries(tx, limit, full),
    ]);
    if (found.length === 0 || !gate.open) return NOTHING;
    asked.push(...found);
    const keys = new Map(
      found.map((row) => [shopKey(row.shop_id, row.buyer_id), { shop: row.shop_id, id: row.buyer_id }]),
    );
    const rows = await lockFreeBuyers(tx, [...keys.values()]);
    if (rows.length === 0) return NOTHING;
    const retries = await dueRetries(tx, rows);
    if (retries.length === 0) return NOTHING;
    const env: LoadEnv = { shopOf: (shop) => shopPolicy(deps, shop), campaigns: policy.campaigns, now };
    const named = retries.flatMap((retry) => retry.orders.map((id) => ({ shop: retry.shop_id, id })));
    const known = rows.filter(({ shop_id }) => deps.shopOf(shop_id) !== null);
    const [loaded, orders, caps] = await Promise.all([
      loadBuyers(tx, env, known),
      loadOrders(tx, named),
      loadCaps(tx, deps.channels, known),
    ]);
    for (const order of orders) {
      const buyer = loaded.get(shopKey(order.shop_id, order.buyer_id ?? ""));
      if (buyer !== undefined) adoptOrder(buyer, order);
    }
    for (const buyer of loaded.values()) {
      finishLoading(buyer);
      caps.apply(buyer);
    }
    const wanted = new Map<string, number>();
    for (const retry of retries) {
      const buyer = loaded.get(shopKey(retry.shop_id, retry.buyer_id));
      const channel = buyer === undefined ? null : usableFor(deps, policy, retry, buyer).channel;
      if (channel !== null) wanted.set(channel, (wanted.get(channel) ?? 0) + 1);
    }
    for (const channel of wanted.keys()) if (deps.breakers.of(channel)?.isTrying() === false) wanted.delete(channel);
    const slots = await bookSlots(deps, wanted, RETRY_HORIZON_MS);
    const writes: RetryWrite[] = [];
    const jobs: SendJob[] = [];
    const dropped: Key[] = [];
    for (const retry of retries) {
      const buyer = loaded.get(shopKey(retry.shop_id, retry.buyer_id));
      if (buyer !== undefined)
        judge(deps, { retry, buyer, policy, catalog, now, gate, askedAt, slots, places, writes, jobs, dropped });
      else writes.push(waiting(retry, now + BROKEN_WAIT));
    }
    const moved = new Map(jobs.filter(movesPlan).map(({ buyer }) => [shopKey(buyer.shop, buyer.id), buyer]));
    await Promise.all([
      moved.size === 0 ? null : planAnew(tx, [...moved.values()]).execute(),
      writes.length === 0 ? null : writeRetries(tx, writes).execute(),
      ...claimAttempts(tx, deps, jobs, now),
      dropMessages(tx, dropped)?.execute(),
    ]);
    return { ...NOTHING, taken: retries.length, jobs: await takeCalls(tx, deps, jobs, places) };
  });
}

/**
 * The channel of the retry: the one chosen after the failure if it still has a contact, else the next that has one. A message of unknown outcome
 * goes to no other channel.
 */
function usableFor(deps: ClaimDeps, policy: BuyerPolicy, retry: RetryRow, { state }: LoadedBuyer): UsableChannel {
  const campaign = policy.campaigns.find(({ key }) => key === retry.campaign);
  const step = campaign?.steps.find(({ id }) => id === retry.step);
  if (step === undefined) return { channel: retry.retry_channel };
  if (retry.unknown_delivery !== null) {
    const { channels, pausedChannels = new Set() } = policy;
    return usableChannel({ ...step, channels: [retry.retry_channel] }, state, { channels, pausedChannels });
  }
  const channels = channelsFrom(deps.channels, step, retry.retry_channel);
  const usable = usableChannel({ ...step, channels }, state, deps.breakers.policy(policy));
  // On a channel whose provider does not answer a retry gets no place, and asks again. Only behind a pause it waits for its end.
  return usable.channel === null || policy.pausedChannels?.has(usable.channel) === true
    ? usable
    : { channel: usable.channel };
}

const movesPlan = ({ buyer, campaign, step, claimedAt }: SendJob): boolean =>
  concernsPlan(buyer.state.open, campaign.key, step, claimedAt);

const waiting = (retry: RetryRow, retryAt: number): RetryWrite => ({
  shop: retry.shop_id,
  reminderId: retry.id,
  state: "sending",
  reason: null,
  retryAt,
  orders: retry.orders,
  decidedAt: null,
});

function judge(
  deps: ClaimDeps,
  input: {
    retry: RetryRow;
    buyer: LoadedBuyer;
    policy: BuyerPolicy;
    catalog: Catalog;
    now: number;
    gate: SendGate;
    askedAt: number;
    slots: SlotBook;
    places: Places;
    writes: RetryWrite[];
    jobs: SendJob[];
    dropped: Key[];
  },
): void {
  const { retry, buyer, policy, catalog, now, gate, askedAt, slots, places, writes, jobs, dropped } = input;
  const base = { shop: retry.shop_id, reminderId: retry.id, orders: retry.orders, decidedAt: null };
  const unknown = retry.unknown_delivery;
  const end = (why: Reason) => {
    const reason = unknown === null ? why : "unknown_outcome";
    deps.meter?.skipped(reason);
    writes.push({ ...base, state: "skipped", reason, retryAt: null });
    if (unknown !== null) dropped.push({ shop: retry.shop_id, id: unknown });
  };
  // It may have been retried before the store lost what was committed last. A channel that drops repetitions takes the message only once.
  if (unknown === null && gate.lostUntil !== null && retry.due_at <= gate.lostUntil) {
    end("unknown_outcome");
    return;
  }
  const campaign = policy.campaigns.find(({ key }) => key === retry.campaign);
  if (campaign === undefined) {
    end("no_campaign");
    return;
  }
  const { state } = buyer;
  const usable = usableFor(deps, policy, retry, buyer);
  const { case_id: caseId, due_at: dueAt, latest, orders, step } = retry;
  const putBack = unknown === null ? () => {} : setAside(state, { caseId, step, at: dueAt });
  const verdict = judgeRetry({ state, campaign, retry: { step, at: dueAt, latest, caseId, orders }, usable, now });
  const mayRepeat = unknown === null || (verdict.kind === "send" && isSameMessage(deps, retry, verdict, buyer));
  if (verdict.kind === "skip" || (verdict.kind === "send" && !mayRepeat)) {
    putBack();
    end(verdict.kind === "skip" ? verdict.reason : "unknown_outcome");
    return;
  }
  if (verdict.kind === "defer") {
    putBack();
    writes.push(waiting(retry, verdict.until));
    return;
  }
  const { channel } = verdict;
  const isAgain = channel === retry.retry_channel && retry.first_delivery !== null;
  const deliveryId = unknown ?? newId();
  const hasPlace = places.take(channel);
  const slotAt = hasPlace ? slots.next(channel) : null;
  if (slotAt === null) {
    if (hasPlace) places.giveBack(channel);
    putBack();
    const breaker = deps.breakers.of(channel);
    writes.push(waiting(retry, now + (breaker?.outage() == null ? slots.again(channel) : breaker.againMs())));
    return;
  }
  const done = isTask(deps.channels, channel) ? "sent" : "sending";
  writes.push({ ...base, state: done, reason: null, retryAt: null, orders: verdict.orders, decidedAt: now });
  state.sends.push({ at: now, campaign: campaign.key, step, caseId, orders: verdict.orders, dueAt });
  deps.meter?.claimed(channel);
  jobs.push({
    shop: state.shop,
    buyer,
    reminderId: retry.id,
    deliveryId,
    idempotencyKey: isAgain ? retry.first_delivery : deliveryId,
    campaign,
    catalog,
    step,
    variant: retry.variant,
    channel,
    orders: verdict.orders,
    repeated: unknown === null ? null : retry.sealed_message,
    attempt: isAgain ? (retry.unknown_attempt ?? retry.channel_attempts) + 1 : 1,
    until: usefulUntil(campaign, { at: dueAt, latest }),
    latest,
    leaveBy: leaveBy({ state, policy, campaign }, { at: dueAt, latest, orders: verdict.orders }, now, "retry"),
    claimedAt: now,
    askedAt,
    slotAt,
  });
}
