/** Changes of the staff, which is saved as a whole, and where the faults of such a change belong. */

type Named = { readonly name: string };
type Fault = { readonly field?: string | undefined; readonly message: string };

const FIELDS = ["name", "shops", "languages", "teams", "maxOpen", "amount", "currency"] as const;
export type StaffFaults = Partial<Record<(typeof FIELDS)[number], string>>;

const isSame = (one: Named, other: Named): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The list with the person, and their place in it. null: somebody else changed or removed the person since the change began. */
export function withMember<Member extends Named>(
  items: readonly Member[],
  first: Member | null,
  member: Member,
): { readonly items: readonly Member[]; readonly place: number } | null {
  if (first === null) return { items: [...items, member], place: items.length };
  const place = items.findIndex(({ name }) => name === first.name);
  const now = items[place];
  return now === undefined || !isSame(now, first) ? null : { items: items.toSpliced(place, 1, member), place };
}

/** The faults of the row at the place, by field. null: it has none, or something else has one, too. */
export function staffFaults(errors: readonly Fault[], place: number): StaffFaults | null {
  const own = errors.flatMap(({ field = "", message }) => {
    const [list, at, ...path] = field.split(/[.[\]]+/);
    const name = path.findLast((part) => FIELDS.some((each) => each === part));
    if (list !== "items" || Number(at) !== place || name === undefined) return [];
    // The field says where it is.
    return [[name, message.replace(`${field}: `, "")] as const];
  });
  return own.length === 0 || own.length < errors.length ? null : Object.fromEntries(own);
}
