/** Which events of a batch are of one buyer: union of what the events tell with what is already stored. */
import type { Prepared } from "./prepare.ts";

/** What the store knows: keys are `shop\nvalue`. */
export type KnownParties = {
  readonly contacts: ReadonlyMap<string, string>;
  readonly platformIds: ReadonlyMap<string, string>;
  readonly orders: ReadonlyMap<string, string>;
};

export type Party = {
  readonly shop: string;
  readonly events: Prepared[];
  /** Stored buyers that this batch proves to be one; none: a new one. */
  readonly buyers: string[];
};

/** Parties in the order of their first event; events of orders whose buyer nobody told come as `strays`. */
export function partiesOf(events: readonly Prepared[], known: KnownParties): { parties: Party[]; strays: Prepared[] } {
  const parent = new Map<string, string>();
  const find = (node: string): string => {
    let root = node;
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) root = up;
    if (root !== node) parent.set(node, root);
    return root;
  };
  const join = (a: string, b: string): void => {
    const rootA = find(a);
    const rootB = find(b);
    if (!parent.has(rootA)) parent.set(rootA, rootA);
    if (rootA !== rootB) parent.set(rootB, rootA);
  };

  const buyersAt = new Map<string, string>();
  const identified = new Set<string>();
  for (const event of events) {
    const order = `o${event.shop}\n${event.orderId}`;
    join(order, order);
    const link = (node: string, buyer: string | undefined) => {
      join(order, node);
      identified.add(node);
      if (buyer === undefined) return;
      const stored = `b${event.shop}\n${buyer}`;
      buyersAt.set(stored, buyer);
      join(order, stored);
    };
    const owner = known.orders.get(`${event.shop}\n${event.orderId}`);
    if (owner !== undefined) link(order, owner);
    for (const contact of event.contacts) link(`c${contact.key}`, known.contacts.get(contact.key));
    if (event.platformId !== null) {
      const key = `${event.shop}\n${event.platformId}`;
      link(`p${key}`, known.platformIds.get(key));
    }
  }

  const told = new Set([...identified].map(find));
  const parties = new Map<string, Party>();
  const strays: Prepared[] = [];
  for (const event of events) {
    const root = find(`o${event.shop}\n${event.orderId}`);
    if (!told.has(root)) {
      strays.push(event);
      continue;
    }
    let party = parties.get(root);
    if (party === undefined) {
      party = { shop: event.shop, events: [], buyers: [] };
      parties.set(root, party);
    }
    party.events.push(event);
  }
  for (const [stored, buyer] of buyersAt) parties.get(find(stored))?.buyers.push(buyer);
  return { parties: [...parties.values()], strays };
}
