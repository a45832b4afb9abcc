/**
 * Separates the buyers that a contact had joined, once it proves to be shared by strangers: the ids that no order and no other contact joins
 * are buyers of their own again. Orders and contacts go with the ids that reported them.
 */
export type Joined = {
  /** The id that stays, by its name (sharing.ts). */
  readonly own: string;
  readonly ids: readonly string[];
  /** By order and by contact: the ids that reported it. */
  readonly orders: ReadonlyMap<string, readonly string[]>;
  readonly contacts: ReadonlyMap<string, readonly string[]>;
};

export type Leaving = { readonly ids: string[]; readonly orders: string[]; readonly contacts: string[] };

/** The groups that leave. All that no id reported stays. */
export function separate({ own, ids, orders, contacts }: Joined): Leaving[] {
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
  for (const names of orders.values()) join(names);
  for (const names of contacts.values()) join(names);
  const stays = rootOf(own);
  const leaving = new Map<string, Leaving>();
  for (const id of ids) {
    const root = rootOf(id);
    if (root === stays) continue;
    const group = leaving.get(root) ?? { ids: [], orders: [], contacts: [] };
    group.ids.push(id);
    leaving.set(root, group);
  }
  const groupOf = ([first]: readonly string[]) => (first === undefined ? undefined : leaving.get(rootOf(first)));
  for (const [order, names] of orders) groupOf(names)?.orders.push(order);
  for (const [contact, names] of contacts) groupOf(names)?.contacts.push(contact);
  return [...leaving.values()];
}
