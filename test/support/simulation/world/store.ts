/**
 * The simulated database: buyers, each behind a lock, and the ledger of reminders and deliveries. A transaction changes copies, which are
 * kept when it commits; one that ends otherwise leaves nothing. Instants are those of the database's clock.
 */
import type { ReceivedEvent } from "../../../../src/core/order/order.ts";
import type { DeliveryState, ReceiptFacts } from "../../../../src/core/receipts/facts.ts";
import type { Asked } from "../../../../src/core/receipts/lookup.ts";
import type { BuyerSend, BuyerState } from "../../../../src/core/rules/buyer-state.ts";
import { newBuyer } from "../../../../src/core/rules/buyer-state.ts";
import type { Reason } from "../../../../src/core/values/reason.ts";
import type { Revision, Scene } from "./scene.ts";

export type BuyerRow = {
  readonly id: string;
  readonly state: BuyerState;
  /** The events of each order, in the order of their arrival. */
  readonly events: Map<string, readonly ReceivedEvent[]>;
  readonly seen: Set<string>;
  readonly suppressed: Set<string>;
  zoneOf: { readonly at: number; readonly id: string } | null;
  wakeAt: number | null;
  touched: boolean;
};

export type Reminder = {
  readonly id: string;
  buyer: string;
  caseId: string;
  readonly campaign: string | null;
  readonly step: string | null;
  state: "sending" | "sent" | "skipped";
  reason: Reason | null;
  readonly dueAt: number;
  decidedAt: number;
  readonly latest: number | null;
  orders: readonly string[];
  /** Those for whose step it was planned. */
  readonly owed: readonly string[];
  readonly variant: string | null;
  retryAt: number | null;
  retryChannel: string | null;
};

export type Delivery = {
  readonly id: string;
  readonly reminder: Reminder;
  readonly channel: string;
  /** By this the provider knows a repetition. */
  readonly key: string;
  state: DeliveryState;
  attempt: number;
  leaseUntil: number;
  /** The message is stored, so that the very same one can be sent again. null: the channel keeps none. */
  stored: boolean | null;
  facts: ReceiptFacts;
};

export type Store = {
  readonly buyers: Map<string, BuyerRow>;
  readonly reminders: Map<string, Reminder[]>;
  readonly deliveries: Map<string, Delivery[]>;
  readonly byId: Map<string, Delivery>;
  /** Those that await a retry, and those that are claimed. */
  readonly waiting: Set<Reminder>;
  readonly claimed: Set<Delivery>;
  /** When the provider is asked next about a delivery, and what it answered so far. */
  readonly lookups: Map<Delivery, { at: number; asked: Asked }>;
  /** Buyers that proved to be another one. */
  readonly merged: Map<string, string>;
  /** Buyer → when its holder means to be ready, by the true clock. */
  readonly locks: Map<string, { until: number }>;
  /** The index of the current campaigns, and how many transactions plan now. */
  revision: number;
  planning: number;
};

export function createStore({ buyers, shop }: Scene): Store {
  const rows = buyers.map(({ id, bucket }): [string, BuyerRow] => [
    id,
    {
      id,
      state: newBuyer(shop, bucket),
      events: new Map(),
      seen: new Set(),
      suppressed: new Set(),
      zoneOf: null,
      wakeAt: null,
      touched: false,
    },
  ]);
  return {
    buyers: new Map(rows),
    reminders: new Map(buyers.map(({ id }) => [id, []])),
    deliveries: new Map(buyers.map(({ id }) => [id, []])),
    byId: new Map(),
    waiting: new Set(),
    claimed: new Set(),
    lookups: new Map(),
    merged: new Map(),
    locks: new Map(),
    revision: 0,
    planning: 0,
  };
}

/** The earliest moment at which a dispatcher finds something; Infinity: never. */
export function nextDue({ buyers, waiting, claimed, lookups }: Store): number {
  let due = Number.POSITIVE_INFINITY;
  for (const { wakeAt } of buyers.values()) if (wakeAt !== null && wakeAt < due) due = wakeAt;
  for (const { retryAt } of waiting) if (retryAt !== null && retryAt < due) due = retryAt;
  for (const { leaseUntil } of claimed) if (leaseUntil + 1 < due) due = leaseUntil + 1;
  for (const { at } of lookups.values()) if (at < due) due = at;
  return due;
}

/** A copy of the buyer as a transaction loads it. */
export function loadBuyer(store: Store, id: string, { campaigns, shop }: Revision): BuyerRow {
  const row = store.buyers.get(id);
  if (row === undefined) throw new Error(`no buyer ${id}`);
  const { state } = row;
  const key = state.open?.campaign?.key;
  return {
    ...row,
    events: new Map(row.events),
    seen: new Set(row.seen),
    suppressed: new Set(row.suppressed),
    state: {
      ...state,
      shop,
      contacts: new Map(state.contacts),
      orders: new Map([...state.orders].map(([order, tracked]) => [order, { ...tracked }])),
      sends: sendsOf(store, id),
      treated: new Map(state.treated),
      open:
        state.open === null
          ? null
          : { ...state.open, campaign: campaigns.find((campaign) => campaign.key === key) ?? null },
    },
  };
}

/** The buyer, or the one that it was merged into. */
export function rootOf({ merged }: Store, buyer: string): string {
  const into = merged.get(buyer);
  return into === undefined ? buyer : into;
}

export const stands = ({ state }: Delivery): boolean =>
  state === "claimed" || state === "accepted" || state === "unknown";

export type StoredSend = BuyerSend & Pick<Reminder, "owed">;

/** The reminders that count as sends, by their times. One whose last attempt failed awaits a retry. */
export function sendsOf(store: Store, buyer: string): StoredSend[] {
  const sends: StoredSend[] = [];
  const deliveries = store.deliveries.get(buyer) ?? [];
  for (const reminder of store.reminders.get(buyer) ?? []) {
    const { state, reason, campaign, step } = reminder;
    const counts = state !== "skipped" || reason === "unknown_outcome" || reason === "holdout";
    if (!counts || campaign === null || step === null) continue;
    const { decidedAt: at, caseId, orders, owed, dueAt } = reminder;
    const failed = reminder.retryAt !== null && !deliveries.some((each) => each.reminder === reminder && stands(each));
    sends.push({ at, campaign, step, caseId, orders, owed, dueAt, failed });
  }
  return sends.sort((a, b) => a.at - b.at);
}

export function setReminder(
  { waiting }: Store,
  reminder: Reminder,
  change: Partial<Pick<Reminder, "state" | "reason" | "decidedAt" | "orders" | "retryAt" | "retryChannel">>,
): void {
  Object.assign(reminder, change);
  if (reminder.retryAt === null) waiting.delete(reminder);
  else waiting.add(reminder);
}

export function setDelivery({ claimed }: Store, delivery: Delivery, change: Partial<Delivery>): void {
  Object.assign(delivery, change);
  if (delivery.state === "claimed") claimed.add(delivery);
  else claimed.delete(delivery);
}

/** Has the buyer replanned at once if its plan keeps a distance to a send that failed. */
export function planAnewWithout(store: Store, buyer: string, now: number): void {
  const row = store.buyers.get(rootOf(store, buyer));
  const keeps = row?.state.open?.rows.some(
    ({ reason, moves }) => reason === "gap" || reason === "recent" || moves.some(({ rule }) => rule === "gap"),
  );
  if (row !== undefined && keeps === true) planAnew(row, now);
}

export function planAnew(row: BuyerRow, now: number): void {
  row.touched = true;
  row.wakeAt = now;
}
