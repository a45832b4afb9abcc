/** A buyer in a simulation: the state that decides, and what a message to the buyer needs. */

import type { Identities, Identity } from "../order/contact.ts";
import { maskContact } from "../order/contact.ts";
import type { BuyerPayload, OrderEvent } from "../order/event.ts";
import type { BuyerState } from "../rules/buyer-state.ts";
import { contactFor, newBuyer } from "../rules/buyer-state.ts";
import { mergeBuyers, setContact } from "../rules/merge.ts";
import type { ContactKind, ShopPolicy } from "../values/policy.ts";
import { isZone } from "../values/zone.ts";

/** A value with the event that reported it. */
type Reported = { readonly value: string; readonly at: number; readonly id: string };
type Address = Reported & { readonly kind: string };
const FIELDS = ["name", "locale", "timeZone", "tier"] as const;

type Profile = Map<(typeof FIELDS)[number], Reported>;
/** A further platform id of a person. It becomes a person of its own if a shared contact had joined the two. */
export type FurtherId = { readonly number: number; readonly bucket: number; readonly profile: Profile };

export type Person = {
  /** Older persons have the smaller number. */
  readonly number: number;
  readonly shop: ShopPolicy;
  readonly state: BuyerState;
  /** Everything up to this time is decided. */
  now: number;
  /** Decisions have begun. */
  started: boolean;
  /** The case that was open last. */
  caseId: string | null;
  platformId: string | null;
  readonly ids: Map<string, FurtherId>;
  readonly firstContact: string | null;
  readonly profile: Profile;
  /** By `addressKey`. */
  readonly addresses: Map<string, Address>;
  mergedInto: Person | null;
};

export function newPerson(
  number: number,
  shop: ShopPolicy,
  bucket: number,
  { platformId, contacts }: Pick<Identities, "platformId" | "contacts">,
  profile: Profile = new Map(),
): Person {
  return {
    number,
    shop,
    state: newBuyer(shop, bucket),
    now: Number.NEGATIVE_INFINITY,
    started: false,
    caseId: null,
    platformId,
    ids: new Map(),
    firstContact: contacts[0]?.value ?? null,
    profile,
    addresses: new Map(),
    mergedInto: null,
  };
}

/** The person that this one was merged into, or the person itself. */
export function rootOf(person: Person): Person {
  let root = person;
  while (root.mergedInto !== null) root = root.mergedInto;
  return root;
}

/** The buyer's name in a rehearsal: the platform's id, else the contact first reported, masked. */
export function labelOf(person: Person): string {
  const root = rootOf(person);
  return root.platformId ?? (root.firstContact === null ? "" : maskContact(root.firstContact));
}

/** The address that a channel of these kinds takes, or null: the last reported one of the kind that the planner chose. */
export function addressOf({ state, addresses }: Person, kinds: readonly ContactKind[]): string | null {
  const chosen = contactFor(state, kinds);
  if (typeof chosen === "string") return null;
  let last: Reported | undefined;
  for (const address of addresses.values())
    if (address.kind === chosen.kind && (last === undefined || isLater(last, address))) last = address;
  return last?.value ?? null;
}

export const addressKey = ({ kind, value }: Identity): string => `${kind}\n${value}`;

/** The person loses an address, because strangers share it. An earlier one of its kind holds again. */
export function removeAddress({ addresses, state }: Person, { kind, value }: Identity): void {
  addresses.delete(addressKey({ kind, value }));
  state.contacts.delete(kind);
  for (const { kind: each, at, id } of addresses.values())
    if (each === kind) setContact(state, kind, { suppressed: false, reportedAt: at, reportedId: id });
}

export function applyToPerson(
  person: Person,
  { occurredAt: at, id, order }: OrderEvent,
  identities: Identities,
  suppressed: readonly string[] = [],
): void {
  for (const { kind, value } of [...identities.contacts, ...identities.emails]) {
    setContact(person.state, kind, { suppressed: suppressed.includes(kind), reportedAt: at, reportedId: id });
    keepLatest(person.addresses, addressKey({ kind, value }), { kind, value, at, id });
  }
  person.platformId ??= identities.platformId;
  if (order.buyer == null) return;
  for (const field of FIELDS) {
    const value = fieldOf(order.buyer, field);
    if (value !== null) keepLatest(person.profile, field, { value, at, id });
  }
  person.state.zone = person.profile.get("timeZone")?.value ?? null;
  person.state.tier = person.profile.get("tier")?.value ?? null;
}

/** Ignores an unknown time zone: the shop's is used. */
function fieldOf(buyer: BuyerPayload, field: (typeof FIELDS)[number]): string | null {
  const value = buyer[field] ?? null;
  return field === "timeZone" && value !== null && !isZone(value) ? null : value;
}

function keepLatest<K, R extends Reported>(map: Map<K, R>, key: K, reported: R): void {
  const known = map.get(key);
  if (known === undefined || isLater(known, reported)) map.set(key, reported);
}

const isLater = (known: Reported, other: Reported): boolean =>
  other.at > known.at || (other.at === known.at && other.id > known.id);

/** Merges the persons into the oldest of them. Its profile stays as it is. */
export function mergePersons(persons: readonly Person[]): Person {
  const [winner, ...losers] = [...persons].sort((a, b) => a.number - b.number);
  if (winner === undefined) throw new Error("nobody to merge");
  mergeBuyers(
    winner.state,
    losers.map(({ state }) => state),
  );
  for (const loser of losers) {
    loser.mergedInto = winner;
    if (winner.platformId === null) winner.platformId = loser.platformId;
    else if (loser.platformId !== null)
      winner.ids.set(loser.platformId, { number: loser.number, bucket: loser.state.bucket, profile: loser.profile });
    for (const [id, further] of loser.ids) winner.ids.set(id, further);
    for (const [key, address] of loser.addresses) keepLatest(winner.addresses, key, address);
  }
  winner.caseId = winner.state.open?.id ?? null;
  return winner;
}
