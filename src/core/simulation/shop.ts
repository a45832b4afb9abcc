/** A shop in a simulation: its buyers by their identities, its orders, and who reported which contact. */
import type { Identity } from "../order/contact.ts";
import type { OrderEvent } from "../order/event.ts";
import type { ReceivedEvent } from "../order/order.ts";
import type { Joined, JoinedOrder } from "../order/separate.ts";
import { isShared, type Reporters } from "../order/sharing.ts";
import type { ShopPolicy } from "../values/policy.ts";
import { addressKey, type Person } from "./person.ts";

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
};

export const newShop = (policy: ShopPolicy): Shop => ({
  policy,
  eventIds: new Set(),
  persons: new Map(),
  orders: new Map(),
  reporters: new Map(),
});

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
