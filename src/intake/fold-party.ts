/** Folds the events of one buyer into its state, one after the other, and decides what follows. */
import { randomBytes } from "node:crypto";
import { foldOrder } from "../core/order/order.ts";
import { addReporter, packReporters, unpackReporters } from "../core/order/sharing.ts";
import { applyChange, touch } from "../core/rules/buyer.ts";
import type { BuyerPolicy, Decision } from "../core/rules/buyer-state.ts";
import { compareTexts, shopKey } from "../db/keys.ts";
import { adoptOrder, finishLoading } from "../db/stores/buyers/adopt.ts";
import type { LoadedBuyer } from "../db/stores/buyers/loaded-buyer.ts";
import type { OrderRow } from "../db/stores/buyers/order-rows.ts";
import type { BuyerChange } from "../db/stores/buyers/write/changes.ts";
import type { ContactWrite } from "../db/stores/intake/contact-writer.ts";
import type { Vault } from "../db/vault.ts";
import { applyToBuyer } from "./apply-to-buyer.ts";
import { addEvent, type History } from "./history.ts";
import type { Known } from "./known.ts";
import { Moved } from "./locks.ts";
import type { Party } from "./parties.ts";
import type { Prepared } from "./prepare.ts";
import type { Sharing } from "./sharing.ts";

export type PartyWork = { readonly party: Party; readonly buyer: LoadedBuyer };

/** A contact with the latest event of the batch that reported it. */
export type ReceivedContact = Omit<ContactWrite, "cipher"> & {
  readonly value: string;
  readonly isNew: boolean;
  /** Its reporters as they are stored. */
  readonly was: string | null;
};

export type FoldEnv = {
  readonly policy: BuyerPolicy;
  readonly vault: Vault;
  readonly now: number;
  readonly known: Known;
  readonly reporters: Sharing["reporters"];
  readonly history: History;
  /** Stored orders of the events, by `shopKey`. */
  readonly orderRows: ReadonlyMap<string, OrderRow>;
};

export type FoldedParty = BuyerChange & { readonly contacts: readonly ReceivedContact[] };

export function foldParty(env: FoldEnv, { party, buyer }: PartyWork): FoldedParty {
  const { policy, now, history } = env;
  const { state } = buyer;
  for (const { shop, orderId } of party.events) {
    const row = env.orderRows.get(shopKey(shop, orderId));
    if (row !== undefined) adoptOrder(buyer, row);
    // Another transaction stored it while this one waited for the buyer: its events are not among those loaded.
    else if (state.orders.has(orderId)) throw new Moved();
  }
  for (const { contacts } of party.events) checkContacts(buyer, contacts, env.known);
  finishLoading(buyer);
  const decisions: Decision[] = [];
  if (buyer.touched) decisions.push(...touch(state, policy, now, true));
  const contacts = new Map<string, ReceivedContact>();
  for (const event of party.silent) addEvent(history, event);
  for (const event of party.events) {
    const events = addEvent(history, event);
    decisions.push(
      ...applyChange(state, policy, now, () => {
        const order = foldOrder(events, state.shop);
        const tracked = state.orders.get(event.orderId);
        if (tracked === undefined) state.orders.set(event.orderId, { order, reportedAt: null, settled: {} });
        else tracked.order = order;
        applyToBuyer(buyer, event, env.known.suppressed, env.vault);
      }),
    );
    addContacts(contacts, event, buyer.id, env);
    addEmails(contacts, event, buyer);
  }
  return { buyer, decisions, contacts: [...contacts.values()] };
}

/** Throws Moved if another transaction reported a contact while this one waited for the buyer: strangers may share it now. */
function checkContacts(buyer: LoadedBuyer, contacts: Prepared["contacts"], known: Known): void {
  for (const { key, hash } of contacts) {
    if (!known.contacts.has(key)) continue;
    const loaded = buyer.contacts.find((each) => each.hash.equals(hash));
    if (loaded === undefined || loaded.reporters !== known.reporters.get(key)) throw new Moved();
  }
}

function addContacts(
  latest: Map<string, ReceivedContact>,
  event: Prepared,
  buyerId: string,
  { known, reporters }: FoldEnv,
): void {
  const { shop, occurredAt, id } = event;
  for (const { key, kind, value, hash } of event.contacts) {
    const before = latest.get(key);
    if (before !== undefined && (before.reportedAt - occurredAt || compareTexts(before.reportedId, id)) >= 0) continue;
    latest.set(key, {
      shop,
      hash,
      buyerId,
      kind,
      address: null,
      value,
      isNew: !known.contacts.has(key),
      reporters: reporters.get(key) ?? null,
      was: known.reporters.get(key) ?? null,
      reportedAt: occurredAt,
      reportedId: id,
    });
  }
}

/** Several buyers may have the same address, each in a row of its own. The buyer is locked, so nobody else writes its rows. */
function addEmails(latest: Map<string, ReceivedContact>, event: Prepared, buyer: LoadedBuyer): void {
  const { shop, occurredAt, id, platformId } = event;
  for (const { key, kind, value, hash: address } of event.emails) {
    const before = latest.get(key);
    const stored = buyer.contacts.find((each) => each.address?.equals(address) === true);
    const reporters = unpackReporters(before?.reporters ?? stored?.reporters ?? null);
    if (platformId !== null) addReporter(reporters, platformId, occurredAt);
    const isLater = before === undefined || (before.reportedAt - occurredAt || compareTexts(before.reportedId, id)) < 0;
    latest.set(key, {
      ...{ shop, buyerId: buyer.id, kind, address, value },
      hash: before?.hash ?? stored?.hash ?? randomBytes(address.length),
      isNew: stored === undefined,
      reporters: packReporters(reporters),
      was: stored?.reporters ?? null,
      reportedAt: isLater ? occurredAt : before.reportedAt,
      reportedId: isLater ? id : before.reportedId,
    });
  }
}
