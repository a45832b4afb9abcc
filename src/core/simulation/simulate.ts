/**
 * Simulates a set of buyers: events happen at their `occurredAt` (of one instant in the order given), and in between the clock moves from
 * wake to wake. It runs the functions of the live service (`applyChange`, `touch`, `advance`, `nextWake`, `foldOrder`, `mergeBuyers`).
 * Every send counts as accepted at once. Buyers are independent until an event proves that two are one person, so each is brought up to
 * date only when an event concerns it, and at the end.
 */

import { firstIdentity, type Identities, type Identity, identitiesOf } from "../order/contact.ts";
import type { OrderEvent } from "../order/event.ts";
import { foldOrder, isKnown, type Order } from "../order/order.ts";
import { addReporter, reporterOf } from "../order/sharing.ts";
import { advance, applyChange, nextWake, touch } from "../rules/buyer.ts";
import type { BuyerPolicy, Decision } from "../rules/buyer-state.ts";
import { hash32 } from "../values/hash.ts";
import type { SimulationInput, SimulationTotals } from "./input.ts";
import { addressKey, applyToPerson, mergePersons, newPerson, type Person, removeAddress, rootOf } from "./person.ts";
import { isStrangers, newShop, orderIn, reportsOf, type Shop, type TrackedEvents, withCaps } from "./shop.ts";
import { splitPerson } from "./split.ts";

type Received = { readonly shop: Shop; readonly event: OrderEvent; readonly identities: Identities };

export function simulate(input: SimulationInput): SimulationTotals {
  const shops = new Map<string, Shop>();
  const everybody: Person[] = [];
  let numbers = 0;
  const events = [...input.events].sort((a, b) => a.occurredAt - b.occurredAt);
  const totals = { orders: 0, cases: 0, to: null as number | null, duplicates: 0 };
  const policy: BuyerPolicy = { ...input.policy, newId: nextId() };

  /** A copy of a known buyer is not that buyer. */
  const bucketOf = (event: OrderEvent, first: string): number => {
    const { suffix = "" } = input;
    return (suffix === "" ? input.knownOf?.(event)?.bucket : undefined) ?? hash32(first + suffix);
  };
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
      const tracked = input.counted && person.state.orders.get(id);
      if (tracked !== undefined) input.counted?.(tracked.order, person.shop);
    }
  };

  /** Decides what is due before `until`. */
  const decideBefore = (person: Person, until: number): void => {
    if (!person.started && until >= (fromOf(person) ?? until)) start(person);
    if (!person.started) return;
    for (;;) {
      const wake = nextWake(person.state, person.now);
      if (wake === null || Math.max(wake, person.now) >= until) break;
      person.now = Math.max(wake, person.now);
      const decide = () => advance(person.state, policy, person.now);
      note(person, withCaps(shops.get(person.shop.id), person, input.capped, decide));
    }
  };

  /** Brings the person to `until`. Apply something then: what begins at this very moment does not wake it any more. */
  const catchUp = (person: Person, until: number): void => {
    decideBefore(person, until);
    if (person.started) person.now = Math.max(person.now, until);
  };

  const start = (person: Person): void => {
    person.started = true;
    const from = fromOf(person);
    if (from === null) return;
    person.now = Math.max(person.now, from);
    note(person, touch(person.state, policy, person.now));
  };

  /** null: an event of this id was received before. */
  const receive = (event: OrderEvent): Received | null => {
    let shop = shops.get(event.shop);
    if (shop === undefined) {
      shop = newShop(input.shopOf(event.shop));
      shops.set(event.shop, shop);
    }
    if (shop.eventIds.has(event.id)) {
      totals.duplicates++;
      return null;
    }
    shop.eventIds.add(event.id);
    const identities = identitiesOf(event.order.buyer, shop.policy);
    const order = orderIn(shop, event);
    if (identities.platformId !== null) order.reporters.add(reporterOf(identities.platformId));
    if (identities.platformId === null)
      for (const contact of identities.contacts) order.through.add(addressKey(contact));
    report(shop, event, identities.platformId, identities.contacts);
    return { shop, event, identities };
  };

  const report = (shop: Shop, { occurredAt }: OrderEvent, id: string | null, contacts: readonly Identity[]): void => {
    for (const contact of contacts) {
      const key = addressKey(contact);
      const reporters = shop.reporters.get(key) ?? new Map<string, number>();
      shop.reporters.set(key, reporters);
      if (id !== null) addReporter(reporters, id, occurredAt);
    }
  };

  /** Persons lose the contacts that strangers share, and those whom these had joined are separated. */
  const disown = (instant: readonly Received[]): void => {
    const losers = new Map<Person, { readonly shop: Shop; readonly at: number }>();
    for (const { shop, event, identities } of instant)
      for (const contact of identities.contacts) {
        const owner = shop.persons.get(addressKey(contact));
        if (owner === undefined || !isStrangers(shop, contact)) continue;
        shop.persons.delete(addressKey(contact));
        const person = rootOf(owner);
        decideBefore(person, event.occurredAt);
        removeAddress(person, contact);
        losers.set(person, { shop, at: event.occurredAt });
      }
    for (const [person, { shop, at }] of losers) {
      split(shop, person, at);
      if (person.state.open !== null) replan(person, at);
    }
  };

  const replan = (person: Person, at: number): void => {
    if (!person.started) return;
    person.now = Math.max(person.now, at);
    note(person, touch(person.state, policy, person.now));
  };

  const split = (shop: Shop, person: Person, at: number): void => {
    for (const { person: heir, leaving } of splitPerson(person, reportsOf(shop, person))) {
      everybody.push(heir);
      for (const id of leaving.ids) shop.persons.set(`id\n${id}`, heir);
      for (const key of leaving.contacts) shop.persons.set(key, heir);
      for (const id of leaving.orders) {
        const order = shop.orders.get(id);
        if (order !== undefined) order.owner = heir;
      }
      replan(heir, at);
    }
  };

  const join = (
    shop: Shop,
    event: OrderEvent,
    order: TrackedEvents,
    identities: Identities,
    first: string | null,
  ): Person | null => {
    const keys = identities.contacts.map(addressKey);
    if (identities.platformId !== null) keys.push(`id\n${identities.platformId}`);
    const known = new Set<Person>();
    if (order.owner !== null) known.add(rootOf(order.owner));
    for (const key of keys) {
      const person = shop.persons.get(key);
      if (person !== undefined) known.add(rootOf(person));
    }
    let [person] = known;
    if (person === undefined) {
      if (first === null || keys.length === 0) return null;
      person = newPerson(numbers++, shop.policy, bucketOf(event, first), identities);
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

  const take = ({ shop, event, identities: all }: Received): void => {
    totals.to = Math.max(totals.to ?? event.occurredAt, event.occurredAt);
    const id = event.order.id;
    const order = orderIn(shop, event);
    order.received.push(event);
    // E-mail addresses join nobody. So those of this very event do not count where persons are separated by it.
    report(shop, event, all.platformId, all.emails);
    const identities = { ...all, contacts: all.contacts.filter((contact) => !isStrangers(shop, contact)) };
    const person = join(shop, event, order, identities, firstIdentity(all));
    if (person === null) return;
    const { platformId } = identities;
    if (platformId !== null && ![null, platformId].includes(person.platformId) && !person.ids.has(platformId))
      person.ids.set(platformId, { number: numbers++, bucket: person.state.bucket, profile: new Map() });
    const change = (): void => {
      const folded = withTags(foldOrder(order.received, person.shop), input.tags);
      const tracked = person.state.orders.get(id);
      if (tracked === undefined) person.state.orders.set(id, { order: folded, reportedAt: null, settled: {} });
      else tracked.order = folded;
      applyToPerson(person, event, identities, input.knownOf?.(event)?.suppressed);
    };
    if (person.started) note(person, applyChange(person.state, policy, event.occurredAt, change));
    else know(person, event.occurredAt, change);
  };

  // The live service takes the events of an instant together: a contact that they prove to be shared joins none of them.
  for (const instant of byInstant(events)) {
    const received = instant.flatMap((event) => receive(event) ?? []);
    disown(received);
    for (const each of received) take(each);
  }

  for (const person of everybody) {
    if (person.mergedInto !== null) continue;
    if (!person.started) start(person);
    catchUp(person, Number.POSITIVE_INFINITY);
    note(person, waiting(person));
  }
  return totals;
}

function* byInstant(events: readonly OrderEvent[]): Generator<readonly OrderEvent[]> {
  for (let at = 0; at < events.length; ) {
    let end = at + 1;
    while (end < events.length && events[end]?.occurredAt === events[at]?.occurredAt) end++;
    yield events.slice(at, end);
    at = end;
  }
}

const withTags = (order: Order, tags: readonly string[] = []): Order =>
  tags.length === 0 ? order : { ...order, tags: [...new Set([...order.tags, ...tags])] };

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
