/** A shop in a simulation: its buyers by their identities, its orders, and who reported which contact. */
import type { Identity } from "../order/contact.ts";
import type { OrderEvent } from "../order/event.ts";
import type { ReceivedEvent } from "../order/order.ts";
import { isShared, type Reporters } from "../order/sharing.ts";
import type { ShopPolicy } from "../values/policy.ts";
import { addressKey, type Person } from "./person.ts";

export type TrackedEvents = {
  readonly received: ReceivedEvent[];
  /** The buyer ids that its events name (sharing.ts). */
  readonly reporters: Set<string>;
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
  const order: TrackedEvents = { received: [], reporters: new Set(), owner: null, chased: false };
  orders.set(id, order);
  return order;
}

const NO_REPORTERS: Reporters = new Map();

/** Whether strangers share the contact. */
export const isStrangers = ({ reporters, policy: { joinAtMost } }: Shop, contact: Identity): boolean =>
  isShared(reporters.get(addressKey(contact)) ?? NO_REPORTERS, joinAtMost);
