/** Changes of the staff, which is saved as a whole. */

type Named = { readonly name: string };

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
