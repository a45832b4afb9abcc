/** The currency with which the wage of a new person begins. */
type Shop = { readonly name: string; readonly currency: string | null };
type Paid = { readonly costPerHour: { readonly currency: string } | null };

/** The one of most of their shops, else of most people. `names`: the shops of the person; none: all. `""`: nothing says it. */
export function firstCurrency(names: readonly string[], shops: readonly Shop[], people: readonly Paid[]): string {
  const theirs = shops.filter(({ name }) => names.length === 0 || names.includes(name));
  return (
    mostOf(theirs.flatMap(({ currency }) => currency ?? [])) ??
    mostOf(people.flatMap(({ costPerHour }) => costPerHour?.currency ?? [])) ??
    ""
  );
}

/** The first of those that are there most often. */
function mostOf(values: readonly string[]): string | undefined {
  const count = (value: string) => values.filter((each) => each === value).length;
  return [...values].sort((a, b) => count(b) - count(a))[0];
}
