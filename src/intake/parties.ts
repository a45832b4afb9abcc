/**
 * Groups the events of a batch by buyer, one event after the other: an identity that an event reports counts from that event on. When an
 * event proves two buyers of the batch to be one, the events before it are folded first. This event and all later ones of the two wait for
 * another round, so that a batch gives the same result as its events one by one.
 */
import type { Prepared } from "./prepare.ts";

/** Identities and orders in the database, by `shop\nvalue`. */
export type KnownParties = {
  readonly contacts: ReadonlyMap<string, string>;
  readonly platformIds: ReadonlyMap<string, string>;
  readonly orders: ReadonlyMap<string, string>;
};

export type Party = {
  readonly shop: string;
  /** Events of its orders from before one named the buyer: they are folded, but change nothing by themselves. */
  readonly silent: Prepared[];
  readonly events: Prepared[];
  /** Stored buyers that this batch proves to be one; empty: a new buyer. */
  readonly buyers: string[];
};

export type Parties = {
  /** In the order of their first events. */
  readonly parties: readonly Party[];
  /** Events of orders whose buyer no event names. */
  readonly strays: readonly Prepared[];
  /** To be taken in after the others. */
  readonly later: readonly Prepared[];
};

type Group = Party & {
  /** The group that it has become part of. */
  into: Group | null;
  /** An event has named the buyer of its orders. */
  known: boolean;
  /** It waits for a later round. */
  blocked: boolean;
};

export function partiesOf(events: readonly Prepared[], stored: KnownParties): Parties {
  const groups = new Map<string, Group>();
  const parties: Group[] = [];
  const later: Prepared[] = [];
  for (const event of events) {
    const { keys, buyers } = nodesOf(event, stored);
    const met = new Set<Group>();
    for (const key of keys) {
      const group = groups.get(key);
      if (group !== undefined) met.add(rootOf(group));
    }
    const fresh = buyers.filter((id) => !groups.has(buyerNode(event.shop, id)));
    const known = [...met].filter((group) => group.known);
    const proves = known.length > 1 || (known.length === 1 && fresh.length > 0);
    const waits = proves || [...met].some(({ blocked }) => blocked);
    const [first] = known.length > 0 ? known : met;
    const group = first ?? newGroup(event.shop);
    for (const key of keys) if (!groups.has(key)) groups.set(key, group);
    if (waits) {
      for (const each of met) each.blocked = true;
      later.push(event);
      continue;
    }
    for (const other of met) if (other !== group) absorb(group, other);
    group.buyers.push(...fresh);
    const identified = keys.length > 1 || buyers.length > 0;
    if (!group.known && identified) {
      group.known = true;
      parties.push(group);
    }
    (group.known ? group.events : group.silent).push(event);
  }
  const strays = new Set([...groups.values()].filter((group) => !group.known));
  return { parties, strays: [...strays].flatMap(({ silent }) => silent), later };
}

const buyerNode = (shop: string, id: string): string => `b${shop}\n${id}`;

/** The nodes of an event: its order, the identities of its buyer, and the stored buyers to which these lead. */
function nodesOf(event: Prepared, stored: KnownParties): { keys: string[]; buyers: string[] } {
  const { shop, orderId, contacts, platformId } = event;
  const buyers = new Set<string>();
  const keys = [`o${shop}\n${orderId}`];
  const lead = (buyer: string | undefined) => {
    if (buyer !== undefined) buyers.add(buyer);
  };
  lead(stored.orders.get(`${shop}\n${orderId}`));
  for (const { key } of contacts) {
    keys.push(`c${key}`);
    lead(stored.contacts.get(key));
  }
  if (platformId !== null) {
    keys.push(`p${shop}\n${platformId}`);
    lead(stored.platformIds.get(`${shop}\n${platformId}`));
  }
  for (const buyer of buyers) keys.push(buyerNode(shop, buyer));
  return { keys, buyers: [...buyers] };
}

const newGroup = (shop: string): Group => ({
  shop,
  silent: [],
  events: [],
  buyers: [],
  into: null,
  known: false,
  blocked: false,
});

function rootOf(group: Group): Group {
  let root = group;
  while (root.into !== null) root = root.into;
  return root;
}

/** Takes over an order whose buyer was not known. */
function absorb(group: Group, stray: Group): void {
  group.silent.push(...stray.silent.splice(0));
  stray.into = group;
}
