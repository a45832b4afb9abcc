/** Separates a person whose ids a shared contact had joined. The store does the same in SQL (db/stores/intake/split-store.ts). */
import { type Joined, type Leaving, separate } from "../order/separate.ts";
import { reporterOf } from "../order/sharing.ts";
import { setContact } from "../rules/merge.ts";
import { newPerson, type Person, removeAddress } from "./person.ts";

export type Heir = { readonly person: Person; readonly leaving: Leaving };

/** The new persons, with their orders and addresses. `leaving.ids` are platform ids. */
export function splitPerson(person: Person, reports: Omit<Joined, "own" | "ids">): Heir[] {
  const { platformId, ids } = person;
  if (platformId === null || ids.size === 0) return [];
  const names = new Map([...ids.keys()].map((id) => [reporterOf(id), id]));
  const addresses = new Map(person.addresses);
  const groups = separate({ own: reporterOf(platformId), ids: [...names.keys()], ...reports });
  return groups.flatMap((group) => {
    const leaving = { ...group, ids: group.ids.flatMap((name) => names.get(name) ?? []) };
    const heir = heirOf(person, leaving, addresses);
    return heir === null ? [] : [{ person: heir, leaving }];
  });
}

/** The oldest of the ids is the person's own. */
function heirOf(
  person: Person,
  { ids, orders, contacts, copies }: Leaving,
  addresses: Person["addresses"],
): Person | null {
  const further = ids
    .flatMap((id) => {
      const kept = person.ids.get(id);
      return kept === undefined ? [] : [{ id, kept }];
    })
    .sort((a, b) => a.kept.number - b.kept.number);
  const [first, ...others] = further;
  if (first === undefined) return null;
  const { number, bucket, profile } = first.kept;
  const heir = newPerson(number, person.shop, bucket, { platformId: first.id, contacts: [] }, profile);
  heir.now = person.now;
  heir.started = person.started;
  heir.state.zone = profile.get("timeZone")?.value ?? null;
  heir.state.tier = profile.get("tier")?.value ?? null;
  for (const { id, kept } of others) heir.ids.set(id, kept);
  for (const id of ids) person.ids.delete(id);
  for (const id of orders) {
    const tracked = person.state.orders.get(id);
    if (tracked === undefined) continue;
    heir.state.orders.set(id, tracked);
    person.state.orders.delete(id);
  }
  for (const key of [...contacts, ...copies]) {
    const address = addresses.get(key);
    if (address === undefined) continue;
    if (contacts.includes(key)) removeAddress(person, address);
    heir.addresses.set(key, address);
    setContact(heir.state, address.kind, { suppressed: false, reportedAt: address.at, reportedId: address.id });
  }
  leaveCase(person, orders);
  return heir;
}

/** The rows of a case that has lost all its orders vanish undecided. */
function leaveCase({ state }: Person, orders: readonly string[]): void {
  const { open } = state;
  if (open === null) return;
  open.members = open.members.filter((id) => !orders.includes(id));
  open.counted = open.counted.filter((id) => !orders.includes(id));
  if (open.members.length === 0) state.open = null;
}
