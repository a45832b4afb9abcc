/**
 * Separates the buyers that a contact had joined, once it proves to be shared by strangers: the ids that no order and no other contact joins
 * are buyers of their own again. Orders and contacts go with the ids that reported them. An event without an id ties its order to its contacts.
 */
export type Joined = {
  /** The id that stays, by its name (sharing.ts). */
  readonly own: string;
  readonly ids: readonly string[];
  readonly orders: ReadonlyMap<string, JoinedOrder>;
  /** The contacts that are still the buyer's, by name: the ids that reported each. */
  readonly contacts: ReadonlyMap<string, readonly string[]>;
  /** Its e-mail addresses likewise. They join nothing, and each buyer has those that its ids reported. */
  readonly emails: ReadonlyMap<string, readonly string[]>;
};

export type JoinedOrder = {
  readonly reporters: readonly string[];
  /** Names of the contacts that its events without an id report. Those that are not the buyer's join nothing. */
  readonly through: readonly string[];
};

export type Leaving = {
  readonly ids: string[];
  readonly orders: string[];
  /** With e-mail addresses that nobody else reported. */
  readonly contacts: string[];
  /** E-mail addresses that another buyer has, too. */
  readonly copies: string[];
};

/** The groups that leave. All that no id reported stays. */
export function separate({ own, ids, orders, contacts, emails }: Joined): Leaving[] {
  const parents = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
    return root;
  };
  const join = (names: readonly string[]): void => {
    const [first, ...others] = names.map(rootOf);
    for (const other of others) if (first !== undefined && other !== rootOf(first)) parents.set(other, rootOf(first));
  };
  const reports = new Map<string, readonly string[]>();
  for (const [order, { reporters, through }] of orders)
    reports.set(order, [...reporters, ...through.filter((name) => contacts.has(name))]);
  for (const names of reports.values()) join(names);
  for (const [name, names] of contacts) join([name, ...names]);
  const stays = rootOf(own);
  const leaving = new Map<string, Leaving>();
  for (const id of ids) {
    const root = rootOf(id);
    if (root === stays) continue;
    const group = leaving.get(root) ?? { ids: [], orders: [], contacts: [], copies: [] };
    group.ids.push(id);
    leaving.set(root, group);
  }
  for (const [order, [first]] of reports) if (first !== undefined) leaving.get(rootOf(first))?.orders.push(order);
  for (const contact of contacts.keys()) leaving.get(rootOf(contact))?.contacts.push(contact);
  for (const [email, names] of emails) {
    const roots = new Set(names.map(rootOf));
    let isTaken = roots.has(stays);
    for (const root of roots) {
      const group = leaving.get(root);
      if (group === undefined) continue;
      (isTaken ? group.copies : group.contacts).push(email);
      isTaken = true;
    }
  }
  return [...leaving.values()];
}
