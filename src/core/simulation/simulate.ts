/**
 * Simulates a set of buyers: events happen at their `occurredAt` (of one instant in the order given), and in between the clock moves from
 * wake to wake. It runs the functions of the live service (`applyChange`, `touch`, `advance`, `nextWake`, `foldOrder`, `mergeBuyers`).
 * Every send counts as accepted at once. Buyers are independent until an event proves that two are one person, so each is brought up to
 * date only when an event concerns it, and at the end.
 */

import { firstIdentity, type Identities, identitiesOf } from "../order/contact.ts";
import type { OrderEvent } from "../order/event.ts";
import { foldOrder, isKnown, type ReceivedEvent } from "../order/order.ts";
import { hash32 } from "../rules/arms.ts";
import { advance, applyChange, nextWake, touch } from "../rules/buyer.ts";
import type { BuyerPolicy, Decision } from "../rules/buyer-state.ts";
import type { ShopPolicy } from "../values/policy.ts";
import { applyToPerson, mergePersons, newPerson, type Person, rootOf } from "./person.ts";

export type SimulationInput = {
  readonly events: readonly OrderEvent[];
  /** Knows every shop in the events. */
  readonly shopOf: (shop: string) => ShopPolicy;
  readonly policy: Pick<BuyerPolicy, "campaigns" | "channels">;
  /** When decisions begin, epoch ms. Orders reported before are known, but nothing was sent for them; null: with the first event. */
  readonly from: number | null | ((shop: ShopPolicy) => number);
  /** Called for each decided row, with the state as it is then. The whole-case rows of cases that are still open come last. */
  readonly decided: (decision: Decision, person: Person) => void;
};

export type SimulationTotals = {
  /** Orders that were reported while unpaid and may be chased, and their cases. */
  readonly orders: number;
  readonly cases: number;
  /** The last event or decision; null: there was none. */
  readonly to: number | null;
  readonly duplicates: number;
};

type TrackedEvents = { readonly received: ReceivedEvent[]; owner: Person | null; chased: boolean };
type Shop = {
  readonly policy: ShopPolicy;
  readonly eventIds: Set<string>;
  readonly persons: Map<string, Person>;
  readonly orders: Map<string, TrackedEvents>;
};

export function simulate(input: SimulationInput): SimulationTotals {
  const shops = new Map<string, Shop>();
  const everybody: Person[] = [];
  const events = [...input.events].sort((a, b) => a.occurredAt - b.occurredAt);
  const totals = { orders: 0, cases: 0, to: null as number | null, duplicates: 0 };
  const policy: BuyerPolicy = { ...input.policy, newId: nextId() };

  const fromOf = ({ shop }: Person) => (typeof input.from === "function" ? input.from(shop) : input.from);

  const note = (person: Person, decisions: readonly Decision[]): void => {
    for (const decision of decisions) {
      totals.to = Math.max(totals.to ?? decision.at, decision.at);
      input.decided(decision, person);
    }
    const { open } = person.state;
    if (open === null) return;
    if (open.id !== person.caseId) totals.cases++;
    person.caseId = open.id;
    const orders = shops.get(person.shop.id)?.orders;
    for (const id of open.members) {
      const order = orders?.get(id);
      if (order === undefined || order.chased) continue;
      order.chased = true;
      totals.orders++;
    }
  };

  /** Decides what is due before `until`. */
  const catchUp = (person: Person, until: number): void => {
    if (!person.started && until >= (fromOf(person) ?? until)) start(person);
    if (!person.started) return;
    for (;;) {
      const wake = nextWake(person.state, person.now);
      if (wake === null || Math.max(wake, person.now) >= until) break;
      person.now = Math.max(wake, person.now);
      note(person, advance(person.state, policy, person.now));
    }
    person.now = Math.max(person.now, until);
  };

  const start = (person: Person): void => {
    person.started = true;
    const from = fromOf(person);
    if (from === null) return;
    person.now = Math.max(person.now, from);
    note(person, touch(person.state, policy, person.now));
  };

  const join = (shop: Shop, event: OrderEvent, order: TrackedEvents, identities: Identities): Person | null => {
    const keys = identities.contacts.map(({ kind, value }) => `${kind}\n${value}`);
    if (identities.platformId !== null) keys.push(`id\n${identities.platformId}`);
    const known = new Set<Person>();
    if (order.owner !== null) known.add(rootOf(order.owner));
    for (const key of keys) {
      const person = shop.persons.get(key);
      if (person !== undefined) known.add(rootOf(person));
    }
    let [person] = known;
    if (person === undefined) {
      const identity = firstIdentity(identities);
      if (identity === null) return null;
      person = newPerson(everybody.length, shop.policy, hash32(identity), identities);
      everybody.push(person);
    }
    for (const each of known) catchUp(each, event.occurredAt);
    if (known.size > 1) {
      totals.cases -= Math.max(0, [...known].filter(({ state }) => state.open !== null).length - 1);
      person = mergePersons([...known]);
      if (person.started) note(person, touch(person.state, policy, person.now));
    }
    catchUp(person, event.occurredAt);
    for (const key of keys) shop.persons.set(key, person);
    order.owner = person;
    return person;
  };

  for (const event of events) {
    let shop = shops.get(event.shop);
    if (shop === undefined) {
      shop = { policy: input.shopOf(event.shop), eventIds: new Set(), persons: new Map(), orders: new Map() };
      shops.set(event.shop, shop);
    }
    if (shop.eventIds.has(event.id)) {
      totals.duplicates++;
      continue;
    }
    shop.eventIds.add(event.id);
    totals.to = Math.max(totals.to ?? event.occurredAt, event.occurredAt);
    const id = event.order.id;
    const order = shop.orders.get(id) ?? { received: [], owner: null, chased: false };
    shop.orders.set(id, order);
    order.received.push(event);
    const identities = identitiesOf(event.order.buyer, shop.policy);
    const person = join(shop, event, order, identities);
    if (person === null) continue;
    const change = (): void => {
      const folded = foldOrder(order.received, person.shop);
      const tracked = person.state.orders.get(id);
      if (tracked === undefined) person.state.orders.set(id, { order: folded, reportedAt: null, settled: {} });
      else tracked.order = folded;
      applyToPerson(person, event, identities);
    };
    if (person.started) note(person, applyChange(person.state, policy, event.occurredAt, change));
    else know(person, event.occurredAt, change);
  }

  for (const person of everybody) {
    if (person.mergedInto !== null) continue;
    if (!person.started) start(person);
    catchUp(person, Number.POSITIVE_INFINITY);
    note(person, waiting(person));
  }
  return totals;
}

/** Notes an event that comes before decisions begin. */
function know(person: Person, at: number, change: () => void): void {
  change();
  for (const tracked of person.state.orders.values()) if (isKnown(tracked.order)) tracked.reportedAt ??= at;
}

/** The whole-case row of a case that is still open at the end. */
function waiting({ state: { open } }: Person): Decision[] {
  if (open === null || open.hadPlan || open.whole === null) return [];
  const { reason, at } = open.whole;
  const base = { step: null, variant: null, kind: "skip" as const, channel: null, row: null };
  return [{ ...base, caseId: open.id, at, campaign: open.campaign, reason, orders: open.counted }];
}

function nextId(): () => string {
  let last = 0;
  return () => `case-${++last}`;
}
