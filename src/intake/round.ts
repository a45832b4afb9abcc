/** One round of a batch: locks and loads the buyers of the events, folds the events, and writes what changed. */
import { foldOrder } from "../core/order/order.ts";
import { nextWake } from "../core/rules/buyer.ts";
import { MINUTE } from "../core/values/duration.ts";
import { hash32 } from "../core/values/hash.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import type { Reason } from "../core/values/reason.ts";
import type { Sql } from "../db/client.ts";
import { type Key, shopKey, splitShopKey } from "../db/keys.ts";
import { creditPayments } from "../db/stores/buyers/attribution-store.ts";
import { loadBuyers } from "../db/stores/buyers/buyer-load.ts";
import { writeBuyers } from "../db/stores/buyers/buyer-write.ts";
import { createBuyer, type LoadEnv } from "../db/stores/buyers/loaded-buyer.ts";
import { loadOrders } from "../db/stores/buyers/order-rows.ts";
import { settlePromises } from "../db/stores/buyers/promise-store.ts";
import { type AliasWrite, insertAliases, insertBuyers } from "../db/stores/buyers/write/buyers.ts";
import { endWaits } from "../db/stores/desk/task-store.ts";
import { insertContacts, touchContacts } from "../db/stores/intake/contact-writer.ts";
import { loadEvents } from "../db/stores/intake/intake-store.ts";
import { updateReporters } from "../db/stores/intake/sharing-store.ts";
import { insertStrays, type Stray, updateStrays } from "../db/stores/intake/stray-store.ts";
import type { Vault } from "../db/vault.ts";
import type { IntakeDeps } from "./deps.ts";
import { type FoldEnv, type FoldedParty, foldParty, type PartyWork } from "./fold-party.ts";
import { addEvent, type History, historyOf } from "./history.ts";
import type { Known } from "./known.ts";
import { lockAndMerge, lockStoredStrays } from "./locks.ts";
import { type Party, partiesOf } from "./parties.ts";
import type { Prepared } from "./prepare.ts";
import type { Sharing } from "./sharing.ts";

/** How long a case whose order changed waits for somebody to take it. */
const TAKE_MS = 15 * MINUTE;

/** Returns the reasons of the reminders that ended by these events, and the events that must wait until the others are committed. */
export async function runRound(
  deps: IntakeDeps,
  tx: Sql,
  now: number,
  pending: readonly Prepared[],
  known: Known,
  reporters: Sharing["reporters"],
): Promise<{ reasons: readonly Reason[]; later: readonly Prepared[] }> {
  const { parties, strays, later } = partiesOf(pending, known);
  const waiting = new Set(later);
  const events = pending.filter((event) => !waiting.has(event));
  const shopOf = configuredShops(deps);
  const policy = deps.policy();
  const env: LoadEnv = { shopOf, campaigns: policy.campaigns, now };
  const stored = [...new Set(events.map(({ shop, orderId }) => shopKey(shop, orderId)))]
    .filter((key) => known.stored.has(key))
    .map(splitShopKey);
  await lockStoredStrays(tx, events, known);
  const buyers = await lockAndMerge(tx, parties);
  const [loaded, orderRows, storedEvents] = await Promise.all([
    loadBuyers(tx, env, buyers),
    stored.length === 0 ? [] : loadOrders(tx, stored),
    stored.length === 0 ? [] : loadEvents(tx, stored),
  ]);
  const history = historyOf(storedEvents, pending);
  const work: PartyWork[] = parties.map((party) => {
    const [id] = party.buyers;
    const buyer =
      (id === undefined ? undefined : loaded.get(shopKey(party.shop, id))) ??
      createBuyer(env, { shop: party.shop, id: firstOf(party).rowId }, hash32(firstIdentityOf(party)));
    return { party, buyer };
  });
  const rowsByKey = new Map(orderRows.map((row) => [shopKey(row.shop_id, row.id), row]));
  const foldEnv: FoldEnv = { policy, vault: deps.vault, now, known, reporters, history, orderRows: rowsByKey };
  const folded = work.map((each) => foldParty(foldEnv, each));
  await writeRound(tx, deps.vault, now, known, work, folded, foldStrays(strays, history, shopOf));
  const reasons = folded.flatMap(({ decisions }) =>
    decisions.flatMap(({ reason }) => (reason === null ? [] : [reason])),
  );
  return { reasons, later };
}

async function writeRound(
  tx: Sql,
  vault: Vault,
  now: number,
  known: Known,
  work: readonly PartyWork[],
  folded: readonly FoldedParty[],
  strays: readonly Stray[],
): Promise<void> {
  const isStored = ({ shop, order }: Stray) => known.stored.has(shopKey(shop, order.id));
  const contacts = folded.flatMap((each) => each.contacts);
  const created = folded.flatMap(({ buyer }) => (buyer.isNew ? [{ buyer, wakeAt: nextWake(buyer.state, now) }] : []));
  const sealed = contacts.flatMap((each) => (each.isNew ? [{ ...each, cipher: vault.seal(each.value) }] : []));
  const paid = work.flatMap(changedPayments);
  const waiting = work.flatMap(heldOrders);
  await Promise.all([
    insertBuyers(tx, created, now)?.execute(),
    insertContacts(tx, sealed, vault.keyId)?.execute(),
    touchContacts(
      tx,
      contacts.filter(({ isNew }) => !isNew),
    )?.execute(),
    updateReporters(
      tx,
      contacts.filter(({ isNew, reporters, was }) => !isNew && reporters !== was),
    )?.execute(),
    insertAliases(
      tx,
      work.flatMap((each) => newAliases(each, known)),
      now,
    )?.execute(),
    insertStrays(
      tx,
      strays.filter((stray) => !isStored(stray)),
      now,
    )?.execute(),
    updateStrays(tx, strays.filter(isStored))?.execute(),
    writeBuyers(tx, folded, now),
    ...(paid.length === 0 ? [] : [creditPayments(tx, paid), settlePromises(tx, paid)]),
    waiting.length === 0 ? null : endWaits(tx, waiting, TAKE_MS),
  ]);
}

function configuredShops(deps: IntakeDeps): (shop: string) => ShopPolicy {
  return (shop) => {
    const policy = deps.shopOf(shop);
    if (policy === null) throw new Error(`shop ${shop} was configured when its event was checked`);
    return policy;
  };
}

/** The orders of a party whose case somebody of the staff holds: they may wait for an event of them. */
const heldOrders = ({ party, buyer }: PartyWork): Key[] =>
  buyer.baseline.open?.hold == null ? [] : party.events.map(({ orderId }) => ({ shop: party.shop, id: orderId }));

/** The paid orders of a party whose credit may have changed. Any event can change it: an amount may be reported after the payment. */
function changedPayments({ party, buyer }: PartyWork): Key[] {
  const ids = new Set(party.events.map(({ orderId }) => orderId));
  return [...ids].flatMap((id) => {
    const order = buyer.state.orders.get(id)?.order;
    const was = buyer.baseline.orders.get(id)?.order;
    if (order === undefined || order.paidAt === null) return [];
    const same = (["paidAt", "refundedAt", "amount", "currency"] as const).every(
      (field) => order[field] === was?.[field],
    );
    const sameParts = JSON.stringify(order.parts) === JSON.stringify(was?.parts);
    return same && sameParts ? [] : [{ shop: party.shop, id }];
  });
}

/** Platform ids of a buyer that already has another one. */
function newAliases({ party, buyer }: PartyWork, known: Known): AliasWrite[] {
  const aliases = new Map<string, AliasWrite>();
  for (const { platformId, rowId } of party.events)
    if (
      platformId !== null &&
      platformId !== buyer.platformIdNow &&
      !known.platformIds.has(shopKey(party.shop, platformId)) &&
      !aliases.has(platformId)
    )
      aliases.set(platformId, { buyer, id: rowId, platformId });
  return [...aliases.values()];
}

/** Orders whose buyer no event has named: folded, and nothing more. */
function foldStrays(strays: readonly Prepared[], history: History, shopOf: (shop: string) => ShopPolicy): Stray[] {
  const orders = new Map<string, Prepared>();
  for (const event of strays) {
    orders.set(shopKey(event.shop, event.orderId), event);
    addEvent(history, event);
  }
  return [...orders].map(([key, { shop }]) => ({ shop, order: foldOrder(history.get(key) ?? [], shopOf(shop)) }));
}

function firstOf({ events: [first] }: Party): Prepared {
  if (first === undefined) throw new Error("a party without an event");
  return first;
}

const firstIdentityOf = ({ events }: Party): string =>
  events.find(({ firstIdentity }) => firstIdentity !== null)?.firstIdentity ?? "";
