/** A shop in a simulation: its buyers by their identities, its orders, and who reported which contact. */
import { type CappedChannel, reachedCaps } from "../limits/caps.ts";
import type { Identity } from "../order/contact.ts";
import type { OrderEvent } from "../order/event.ts";
import type { ReceivedEvent } from "../order/order.ts";
import type { Joined, JoinedOrder } from "../order/separate.ts";
import { isShared, type Reporters } from "../order/sharing.ts";
import type { Decision } from "../rules/buyer-state.ts";
import type { ShopPolicy } from "../values/policy.ts";
import { addressKey, addressOf, type Person } from "./person.ts";

export type TrackedEvents = {
  readonly received: ReceivedEvent[];
  /** The buyer ids that its events name (sharing.ts). */
  readonly reporters: Set<string>;
  /** `addressKey`s of the contacts that its events without a buyer id report. */
  readonly through: Set<string>;
  owner: Person | null;
  chased: boolean;
};
export type Shop = {
  readonly policy: ShopPolicy;
  readonly eventIds: Set<string>;
  readonly persons: Map<string, Person>;
  readonly orders: Map<string, TrackedEvents>;
  /** By `addressKey`. */
  readonly reporters: Map<string, Reporters>;
  /** When an address got messages over a channel that caps them: by channel and address. */
  readonly sends: Map<string, number[]>;
};

export const newShop = (policy: ShopPolicy): Shop => ({
  policy,
  eventIds: new Set(),
  persons: new Map(),
  orders: new Map(),
  reporters: new Map(),
  sends: new Map(),
});

/** The times at which the person's address got messages over the channel, from this shop. null: it has none for the channel. */
function sendsTo({ sends }: Shop, person: Person, { name, contacts }: CappedChannel): number[] | null {
  const address = addressOf(person, contacts);
  if (address === null) return null;
  const key = `${name}\n${address}`;
  const known = sends.get(key) ?? [];
  sends.set(key, known);
  return known;
}

/** Decides for a person who knows which channels its addresses may not take now. Sends of other shops are not known here. */
export function withCaps(
  shop: Shop | undefined,
  person: Person,
  capped: readonly CappedChannel[] = [],
  decide: () => Decision[],
): Decision[] {
  if (shop === undefined || capped.length === 0) return decide();
  person.state.capped = reachedCaps(capped, (channel) => {
    const since = person.now - channel.caps.per;
    return sendsTo(shop, person, channel)?.filter((at) => at > since).length ?? 0;
  });
  const decisions = decide();
  for (const { channel: name, at } of decisions)
    for (const channel of capped) if (channel.name === name) sendsTo(shop, person, channel)?.push(at);
  return decisions;
}

export function orderIn({ orders }: Shop, { order: { id } }: OrderEvent): TrackedEvents {
  const known = orders.get(id);
  if (known !== undefined) return known;
  const order: TrackedEvents = { received: [], reporters: new Set(), through: new Set(), owner: null, chased: false };
  orders.set(id, order);
  return order;
}

/** By order and by address of a person: the ids and contacts that reported it. */
export function reportsOf(shop: Shop, { state, addresses }: Person): Omit<Joined, "own" | "ids"> {
  const orders = new Map<string, JoinedOrder>();
  for (const id of state.orders.keys()) {
    const { reporters = [], through = [] } = shop.orders.get(id) ?? {};
    orders.set(id, { reporters: [...reporters], through: [...through] });
  }
  const contacts = new Map<string, string[]>();
  const emails = new Map<string, string[]>();
  for (const [key, { kind }] of addresses)
    (kind === "email" ? emails : contacts).set(key, [...(shop.reporters.get(key)?.keys() ?? [])]);
  return { orders, contacts, emails };
}

const NO_REPORTERS: Reporters = new Map();

/** Whether strangers share the contact. */
export const isStrangers = ({ reporters, policy: { joinAtMost } }: Shop, contact: Identity): boolean =>
  isShared(reporters.get(addressKey(contact)) ?? NO_REPORTERS, joinAtMost);
