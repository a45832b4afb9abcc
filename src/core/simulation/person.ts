/** A buyer in a simulation: the state that decides, and what a message to them needs. */

import type { Identities } from "../order/contact.ts";
import { maskContact } from "../order/contact.ts";
import type { BuyerPayload, OrderEvent } from "../order/event.ts";
import type { BuyerState } from "../rules/buyer-state.ts";
import { newBuyer } from "../rules/buyer-state.ts";
import { mergeBuyers, setContact } from "../rules/merge.ts";
import type { ShopPolicy } from "../values/policy.ts";
import { isZone } from "../values/zone.ts";

/** A told value with the event that told it. */
type Told = { readonly value: string; readonly at: number; readonly id: string };
const FIELDS = ["name", "locale", "timeZone", "tier"] as const;

export type Person = {
  /** Older persons have the smaller number. */
  readonly number: number;
  readonly shop: ShopPolicy;
  readonly state: BuyerState;
  /** Up to when everything is decided. */
  now: number;
  /** Decisions have begun. */
  started: boolean;
  /** The case that was open last. */
  caseId: string | null;
  platformId: string | null;
  readonly firstContact: string | null;
  readonly profile: Map<(typeof FIELDS)[number], Told>;
  /** The last told address of each kind of contact. */
  readonly addresses: Map<string, Told>;
  mergedInto: Person | null;
};

export function newPerson(
  number: number,
  shop: ShopPolicy,
  bucket: number,
  { platformId, contacts }: Identities,
): Person {
  return {
    number,
    shop,
    state: newBuyer(shop, bucket),
    now: Number.NEGATIVE_INFINITY,
    started: false,
    caseId: null,
    platformId,
    firstContact: contacts[0]?.value ?? null,
    profile: new Map(),
    addresses: new Map(),
    mergedInto: null,
  };
}

/** Whom a person has become. */
export function rootOf(person: Person): Person {
  let root = person;
  while (root.mergedInto !== null) root = root.mergedInto;
  return root;
}

/** What the buyer is called in a rehearsal: the platform's id, else the contact first told, masked. */
export function labelOf(person: Person): string {
  const root = rootOf(person);
  return root.platformId ?? (root.firstContact === null ? "" : maskContact(root.firstContact));
}

/** The last told address for a channel's kind of contact, or null. */
export function addressOf(person: Person, kind: string): string | null {
  let last: Told | undefined;
  for (const [each, told] of person.addresses)
    if ((kind === "chat" ? each.startsWith("chat.") : each === kind) && (last === undefined || isLater(last, told)))
      last = told;
  return last?.value ?? null;
}

export function applyToPerson(person: Person, { occurredAt: at, id, order }: OrderEvent, identities: Identities): void {
  for (const { kind, value } of identities.contacts) {
    setContact(person.state, kind, { suppressed: false, reportedAt: at, reportedId: id });
    tellTo(person.addresses, kind, { value, at, id });
  }
  person.platformId ??= identities.platformId;
  if (order.buyer == null) return;
  for (const field of FIELDS) {
    const value = fieldOf(order.buyer, field);
    if (value !== null) tellTo(person.profile, field, { value, at, id });
  }
  person.state.zone = person.profile.get("timeZone")?.value ?? null;
}

/** A zone that is none is passed over: the shop's is used. */
function fieldOf(buyer: BuyerPayload, field: (typeof FIELDS)[number]): string | null {
  const value = buyer[field] ?? null;
  return field === "timeZone" && value !== null && !isZone(value) ? null : value;
}

function tellTo<K>(map: Map<K, Told>, key: K, told: Told): void {
  const known = map.get(key);
  if (known === undefined || isLater(known, told)) map.set(key, told);
}

const isLater = (known: Told, told: Told): boolean =>
  told.at > known.at || (told.at === known.at && told.id > known.id);

/** The oldest of them takes in the others; its profile stays as it is. */
export function mergePersons(persons: readonly Person[]): Person {
  const [winner, ...losers] = [...persons].sort((a, b) => a.number - b.number);
  if (winner === undefined) throw new Error("nobody to merge");
  mergeBuyers(
    winner.state,
    losers.map(({ state }) => state),
  );
  for (const loser of losers) {
    loser.mergedInto = winner;
    winner.platformId ??= loser.platformId;
    for (const [kind, told] of loser.addresses) tellTo(winner.addresses, kind, told);
  }
  winner.caseId = winner.state.open?.id ?? null;
  return winner;
}
