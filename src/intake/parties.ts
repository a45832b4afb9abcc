/**
 * Which events of a batch are of one buyer, as they come one after the other: what an event tells about who its buyer is holds from then
 * on. Two buyers of whom the batch told already, and who then prove to be one, are told of to the end first: the event that proves it,
 * and what follows of them, is left for later, so that a batch comes to the same as its events one by one.
 */
import type { Prepared } from "./prepare.ts";

/** What the store knows: keys are `shop\nvalue`. */
export type KnownParties = {
  readonly contacts: ReadonlyMap<string, string>;
  readonly platformIds: ReadonlyMap<string, string>;
  readonly orders: ReadonlyMap<string, string>;
};

export type Party = {
  readonly shop: string;
  /** Events of its orders from before anybody told whose they are: to be folded, but they change nothing by themselves. */
  readonly silent: Prepared[];
  readonly events: Prepared[];
  /** Stored buyers that this batch proves to be one; none: a new one. */
  readonly buyers: string[];
};

export type Parties = {
  /** In the order in which they were first told of. */
  readonly parties: readonly Party[];
  /** Events of orders whose buyer nobody told. */
  readonly strays: readonly Prepared[];
  /** To be taken in once the others are. */
  readonly later: readonly Prepared[];
};

type Group = Party & {
  /** Whom it has become. */
  into: Group | null;
  /** Somebody told whose its orders are. */
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

/** What the event is known by: its order, its buyer's identities, and the stored buyers that these lead to. */
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

/** An order of which nobody had told whose it is. */
function absorb(group: Group, stray: Group): void {
  group.silent.push(...stray.silent.splice(0));
  stray.into = group;
}
