/**
 * Takes in one batch of events: one transaction, a handful of statements, however many events. Either all of it is committed or
 * none. Another transaction may tell of the same new buyer, contact or order at the same time: then a unique index objects and the
 * batch is run again, seeing what the other committed. Locks are taken in one order everywhere: events, strays, buyers;
 * only a batch that proves buyers one after telling of them locks in rounds, and runs again if it meets another in a ring.
 */

import { foldOrder, type ReceivedEvent } from "../core/order/order.ts";
import { hash32 } from "../core/rules/arms.ts";
import { applyChange, nextWake, touch } from "../core/rules/buyer.ts";
import type { BuyerPolicy, Decision } from "../core/rules/buyer-state.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import type { Reason } from "../core/values/reason.ts";
import type { Sql } from "../db/client.ts";
import { newId } from "../db/ids.ts";
import { shopKey, splitShopKey } from "../db/keys.ts";
import { adoptOrder, finishLoading } from "../db/stores/buyers/adopt.ts";
import { creditPayments } from "../db/stores/buyers/attribution-store.ts";
import { loadBuyers } from "../db/stores/buyers/buyer-load.ts";
import { writeBuyers } from "../db/stores/buyers/buyer-write.ts";
import { createBuyer, type LoadEnv, type LoadedBuyer } from "../db/stores/buyers/loaded-buyer.ts";
import { loadOrders, type OrderRow } from "../db/stores/buyers/order-rows.ts";
import { insertAliases, insertBuyers } from "../db/stores/buyers/write/buyers.ts";
import type { BuyerChange } from "../db/stores/buyers/write/changes.ts";
import { OutdatedCampaigns, planningMoment } from "../db/stores/campaigns/planning-fence.ts";
import { type ContactWrite, insertContacts, touchContacts } from "../db/stores/intake/contact-writer.ts";
import {
  findContacts,
  findOrders,
  findPlatformIds,
  insertEvents,
  loadEvents,
  lockBuyers,
  lockStrays,
} from "../db/stores/intake/intake-store.ts";
import { mergeBuyers } from "../db/stores/intake/merge-store.ts";
import { insertStrays, updateStrays } from "../db/stores/intake/stray-store.ts";
import { inTransaction, isDataFault } from "../db/transaction.ts";
import type { Vault } from "../db/vault.ts";
import { applyToBuyer } from "./apply-to-buyer.ts";
import { type KnownParties, type Party, partiesOf } from "./parties.ts";
import type { Prepared } from "./prepare.ts";

export type IntakeDeps = {
  readonly sql: Sql;
  readonly vault: Vault;
  /** The policy of a configured shop. */
  readonly shopOf: (shop: string) => ShopPolicy | null;
  readonly policy: () => BuyerPolicy;
  /** Reads the campaigns again when those of the policy are outdated. */
  readonly refresh?: () => Promise<void>;
  /** Told of each reminder that ended by what was taken in, once that is committed. */
  readonly skipped?: (reason: Reason) => void;
  /** Told of each event that cannot be taken in, though it is well formed. */
  readonly broken?: (error: unknown, which: { shop?: string | undefined; event?: string | undefined }) => void;
};

/** `unstorable`: the database does not take what the event tells. */
export type TakenIn = "accepted" | "duplicate" | "unstorable";

const ATTEMPTS = 12;
/** unique_violation, deadlock_detected, serialization_failure: somebody else was first. */
const RACES = new Set(["23505", "40P01", "40001"]);

/** What was found before the locks is not so any more. */
class Moved extends Error {}

/**
 * Like `takeIn`, for a batch that it rejected for what is in it: smaller and smaller parts, until the event to blame stands alone. Events
 * keep their order. Rejects when the store is out, or when the fault is ours: such an event is not answered for, to be told again.
 */
export async function takeInApart(deps: IntakeDeps, events: readonly Prepared[]): Promise<TakenIn[]> {
  try {
    return await takeIn(deps, events);
  } catch (error) {
    if (!isDataFault(error)) throw error;
    if (events.length > 1) {
      const half = events.length >> 1;
      const first = await takeInApart(deps, events.slice(0, half));
      return [...first, ...(await takeInApart(deps, events.slice(half)))];
    }
    const { shop, id } = events[0] ?? {};
    deps.broken?.(error, { shop, event: id });
    if (error instanceof Error && "code" in error) return ["unstorable"];
    throw error;
  }
}

/** One verdict for each event, in their order. Rejects when the store is out, or when one of the events cannot be taken in. */
export async function takeIn(deps: IntakeDeps, events: readonly Prepared[]): Promise<TakenIn[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { verdicts, skipped } = await inTransaction(deps.sql, (tx) => attemptBatch(deps, tx, events));
      for (const reason of skipped) deps.skipped?.(reason);
      return verdicts;
    } catch (error) {
      const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
      const outdated = error instanceof OutdatedCampaigns;
      if (attempt >= ATTEMPTS || !(outdated || error instanceof Moved || RACES.has(String(code)))) throw error;
      if (outdated) await deps.refresh?.();
    }
  }
}

async function attemptBatch(
  deps: IntakeDeps,
  tx: Sql,
  events: readonly Prepared[],
): Promise<{ verdicts: TakenIn[]; skipped: readonly Reason[] }> {
  const unique = new Map<string, Prepared>();
  for (const event of events) {
    const key = shopKey(event.shop, event.id);
    if (!unique.has(key)) unique.set(key, event);
  }
  const [now, fresh, known] = await Promise.all([
    planningMoment(tx, deps.policy().revision),
    insertEvents(tx, eventRows([...unique.values()])),
    findParties(tx, [...unique.values()]),
  ]);
  const isFresh = new Set(fresh.map((row) => shopKey(row.shop_id, row.id)));
  const todo = [...unique].filter(([key]) => isFresh.has(key)).map(([, event]) => event);
  const skipped: Reason[] = [];
  let round = { pending: todo, known };
  while (round.pending.length > 0) {
    const { reasons, later } = await fold(deps, tx, now, round.pending, round.known);
    skipped.push(...reasons);
    if (later.length === 0) break;
    round = { pending: [...later], known: await findParties(tx, later) };
  }
  const verdicts: TakenIn[] = [];
  for (const event of events) {
    const key = shopKey(event.shop, event.id);
    verdicts.push(isFresh.delete(key) ? "accepted" : "duplicate");
  }
  return { verdicts, skipped };
}

function eventRows(events: readonly Prepared[]) {
  const rows = events.map(({ shop, id, orderId, type, occurredAt, told: payload }) => ({
    shop,
    id,
    orderId,
    type,
    occurredAt,
    payload,
  }));
  return rows.sort((a, b) => compare(a.shop, b.shop) || compare(a.id, b.id));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

type Known = KnownParties & {
  /** Contacts that must not be messaged, by `shop\nhash`. */
  readonly suppressed: ReadonlySet<string>;
  /** Orders that are stored, by `shop\nid`. */
  readonly stored: ReadonlySet<string>;
};

async function findParties(tx: Sql, events: readonly Prepared[]): Promise<Known> {
  const hashes = new Map<string, { shop: string; hash: Buffer }>();
  const ids = new Map<string, { shop: string; id: string }>();
  const orderKeys = new Map<string, { shop: string; id: string }>();
  for (const { shop, contacts, platformId, orderId } of events) {
    for (const { key, hash } of contacts) hashes.set(key, { shop, hash });
    if (platformId !== null) ids.set(shopKey(shop, platformId), { shop, id: platformId });
    orderKeys.set(shopKey(shop, orderId), { shop, id: orderId });
  }
  const [contactRows, idRows, orderRows] = await Promise.all([
    hashes.size === 0 ? [] : findContacts(tx, [...hashes.values()]),
    ids.size === 0 ? [] : findPlatformIds(tx, [...ids.values()]),
    findOrders(tx, [...orderKeys.values()]),
  ]);
  const contacts = new Map<string, string>();
  const suppressed = new Set<string>();
  for (const row of contactRows) {
    const key = `${row.shop_id}\n${row.hash.toString("latin1")}`;
    if (row.buyer_id !== null) contacts.set(key, row.buyer_id);
    if (row.suppressed) suppressed.add(key);
  }
  const orders = new Map<string, string>();
  for (const row of orderRows) if (row.buyer_id !== null) orders.set(shopKey(row.shop_id, row.id), row.buyer_id);
  return {
    contacts,
    platformIds: new Map(idRows.map((row) => [shopKey(row.shop_id, row.platform_id), row.buyer_id])),
    orders,
    suppressed,
    stored: new Set(orderRows.map((row) => shopKey(row.shop_id, row.id))),
  };
}

/** Returns the reasons of what ended by these events, and the events that must wait until the others are in. */
async function fold(
  deps: IntakeDeps,
  tx: Sql,
  now: number,
  pending: readonly Prepared[],
  known: Known,
): Promise<{ reasons: readonly Reason[]; later: readonly Prepared[] }> {
  const { parties, strays, later } = partiesOf(pending, known);
  const waiting = new Set(later);
  const events = pending.filter((event) => !waiting.has(event));
  await lockStoredStrays(tx, events, known);
  const shopOf = (shop: string): ShopPolicy => {
    const policy = deps.shopOf(shop);
    if (policy === null) throw new Error(`shop ${shop} was configured when its event was checked`);
    return policy;
  };
  const policy = deps.policy();
  const env: LoadEnv = { shopOf, campaigns: policy.campaigns, now };
  const stored = [...new Set(events.map(({ shop, orderId }) => shopKey(shop, orderId)))]
    .filter((key) => known.stored.has(key))
    .map(splitShopKey);
  const buyers = await lockAndMerge(tx, parties);
  const [loaded, orderRows, history] = await Promise.all([
    loadBuyers(tx, env, buyers),
    stored.length === 0 ? [] : loadOrders(tx, stored),
    stored.length === 0 ? [] : loadEvents(tx, stored),
  ]);
  const newIds = new Set(pending.map(({ shop, id }) => shopKey(shop, id)));
  const told = new Map<string, ReceivedEvent[]>();
  for (const row of history) {
    if (newIds.has(shopKey(row.shop_id, row.id))) continue;
    const key = shopKey(row.shop_id, row.order_id);
    const list = told.get(key) ?? [];
    list.push({ id: row.id, type: row.type, occurredAt: row.occurred_at, order: row.payload });
    told.set(key, list);
  }

  const rowsByKey = new Map(orderRows.map((row) => [shopKey(row.shop_id, row.id), row]));
  const work: PartyWork[] = parties.map((party) => {
    const [id] = party.buyers;
    const buyer =
      (id === undefined ? undefined : loaded.get(shopKey(party.shop, id))) ??
      createBuyer(env, { shop: party.shop, id: newId() }, hash32(firstIdentityOf(party)));
    return { party, buyer };
  });
  const contacts: ReceivedContact[] = [];
  const changes = work.map((each) => foldParty(deps, policy, now, each, { known, told, rowsByKey, contacts }));
  const strayOrders = foldStrays(strays, told, shopOf);
  const isStored = ({ shop, order }: { shop: string; order: { id: string } }) =>
    known.stored.has(shopKey(shop, order.id));
  const freshStrays = strayOrders.filter((stray) => !isStored(stray));
  const knownStrays = strayOrders.filter(isStored);
  const paid = work.flatMap(paymentsTold);
  const seal = (each: ReceivedContact): ContactWrite => ({ ...each, cipher: deps.vault.seal(each.value) });
  const fresh = contacts.filter(({ isNew }) => isNew).map(seal);
  const again = contacts.filter(({ isNew }) => !isNew);
  const created = changes.flatMap(({ buyer }) => (buyer.isNew ? [{ buyer, wakeAt: nextWake(buyer.state, now) }] : []));
  await Promise.all([
    insertBuyers(tx, created, now)?.execute(),
    insertContacts(tx, fresh, deps.vault.keyId)?.execute(),
    touchContacts(tx, again)?.execute(),
    insertAliases(tx, aliasesOf(work, known), now)?.execute(),
    insertStrays(tx, freshStrays, now)?.execute(),
    updateStrays(tx, knownStrays)?.execute(),
    writeBuyers(tx, changes, now, 0),
    paid.length === 0 ? null : creditPayments(tx, paid),
  ]);
  const reasons = changes.flatMap(({ decisions }) =>
    decisions.flatMap(({ reason }) => (reason === null ? [] : [reason])),
  );
  return { reasons, later };
}

/** The paid orders of a party of which something else is credited now, by whichever event told it: an amount may be told after the payment. */
function paymentsTold({ party, buyer }: PartyWork): { shop: string; id: string }[] {
  const ids = new Set(party.events.map(({ orderId }) => orderId));
  return [...ids].flatMap((id) => {
    const order = buyer.state.orders.get(id)?.order;
    const was = buyer.baseline.orders.get(id)?.order;
    if (order === undefined || order.paidAt === null) return [];
    const same = (["paidAt", "refundedAt", "amount", "currency"] as const).every(
      (field) => order[field] === was?.[field],
    );
    return same ? [] : [{ shop: party.shop, id }];
  });
}

/** Platform ids told of buyers that already have another one. */
function aliasesOf(work: readonly PartyWork[], known: Known): { buyer: LoadedBuyer; platformId: string }[] {
  return work.flatMap(({ party, buyer }) => {
    const ids = new Set<string>();
    for (const { platformId } of party.events)
      if (
        platformId !== null &&
        platformId !== buyer.platformIdNow &&
        !known.platformIds.has(shopKey(party.shop, platformId))
      )
        ids.add(platformId);
    return [...ids].map((platformId) => ({ buyer, platformId }));
  });
}

type PartyWork = { readonly party: Party; readonly buyer: LoadedBuyer };
type ReceivedContact = Omit<ContactWrite, "cipher"> & { readonly value: string; readonly isNew: boolean };

function foldParty(
  deps: IntakeDeps,
  policy: BuyerPolicy,
  now: number,
  { party, buyer }: PartyWork,
  batch: {
    known: Known;
    told: Map<string, ReceivedEvent[]>;
    rowsByKey: ReadonlyMap<string, OrderRow>;
    contacts: ReceivedContact[];
  },
): BuyerChange {
  const { state } = buyer;
  for (const { shop, orderId } of party.events) {
    const row = batch.rowsByKey.get(shopKey(shop, orderId));
    if (row !== undefined) adoptOrder(buyer, row);
    // Told by another transaction while this one waited for the buyer: its events are not among those loaded.
    else if (state.orders.has(orderId)) throw new Moved();
  }
  finishLoading(buyer);
  const decisions: Decision[] = [];
  if (buyer.touched) decisions.push(...touch(state, policy, now, true));
  const contactsTold = new Map<string, ReceivedContact>();
  for (const event of party.silent) keepTold(batch.told, event);
  for (const event of party.events) {
    const soFar = keepTold(batch.told, event);
    decisions.push(
      ...applyChange(state, policy, now, () => {
        const order = foldOrder(soFar, state.shop);
        const tracked = state.orders.get(event.orderId);
        if (tracked === undefined) state.orders.set(event.orderId, { order, reportedAt: null, settled: {} });
        else tracked.order = order;
        applyToBuyer(buyer, event, batch.known.suppressed, deps.vault);
      }),
    );
    for (const { key: contactKey, kind, value, hash } of event.contacts) {
      const isNew = !batch.known.contacts.has(contactKey);
      const before = contactsTold.get(contactKey);
      if (before !== undefined && (before.reportedAt - event.occurredAt || compare(before.reportedId, event.id)) >= 0)
        continue;
      const write = {
        shop: event.shop,
        hash,
        buyerId: buyer.id,
        kind,
        value,
        isNew,
        reportedAt: event.occurredAt,
        reportedId: event.id,
      };
      contactsTold.set(contactKey, write);
    }
  }
  batch.contacts.push(...contactsTold.values());
  return { buyer, decisions };
}

/** Puts the event with those told before of its order, and returns them all. */
function keepTold(told: Map<string, ReceivedEvent[]>, { shop, orderId, id, type, occurredAt, told: order }: Prepared) {
  const key = shopKey(shop, orderId);
  const soFar = told.get(key) ?? [];
  soFar.push({ id, type, occurredAt, order });
  told.set(key, soFar);
  return soFar;
}

/** Orders that no event told the buyer of: only folded, until one does. */
function foldStrays(
  strays: readonly Prepared[],
  told: Map<string, ReceivedEvent[]>,
  shopOf: (shop: string) => ShopPolicy,
) {
  const keys = new Map<string, Prepared>();
  for (const event of strays) {
    keys.set(shopKey(event.shop, event.orderId), event);
    keepTold(told, event);
  }
  return [...keys].map(([key, { shop }]) => ({ shop, order: foldOrder(told.get(key) ?? [], shopOf(shop)) }));
}

async function lockStoredStrays(tx: Sql, events: readonly Prepared[], known: Known): Promise<void> {
  const strays = new Map<string, { shop: string; id: string }>();
  for (const { shop, orderId } of events) {
    const key = shopKey(shop, orderId);
    if (known.stored.has(key) && !known.orders.has(key)) strays.set(key, { shop, id: orderId });
  }
  if (strays.size === 0) return;
  const rows = await lockStrays(tx, [...strays.values()]);
  if (rows.some(({ buyer_id }) => buyer_id !== null)) throw new Moved();
}

/** Locks the stored buyers of all parties, and makes one of those that a party proves to be one. */
async function lockAndMerge(tx: Sql, parties: readonly Party[]) {
  const keys = parties.flatMap(({ shop, buyers }) => buyers.map((id) => ({ shop, id })));
  if (keys.length === 0) return [];
  const locked = await lockBuyers(tx, keys);
  if (locked.some(({ merged_into }) => merged_into !== null)) throw new Moved();
  const merging = parties.filter(({ buyers }) => buyers.length > 1);
  for (const party of merging) {
    // Ids are ordered by time: the oldest stays.
    party.buyers.sort();
    const [winner, ...losers] = party.buyers;
    if (winner === undefined) continue;
    const rowOf = (id: string) => locked.find((row) => row.shop_id === party.shop && row.id === id);
    const loser = losers.find((id) => rowOf(id)?.platform_id != null);
    const takes = rowOf(winner)?.platform_id == null && loser !== undefined;
    const takeOver = takes ? { loser, platformId: rowOf(loser)?.platform_id ?? null } : null;
    await mergeBuyers(tx, party.shop, winner, losers, takeOver);
    party.buyers.splice(1);
  }
  if (merging.length === 0) return locked;
  return lockBuyers(
    tx,
    parties.flatMap(({ shop, buyers }) => buyers.map((id) => ({ shop, id }))),
  );
}

function firstIdentityOf(party: Party): string {
  return party.events.find(({ firstIdentity }) => firstIdentity !== null)?.firstIdentity ?? "";
}
