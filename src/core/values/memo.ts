/**
 * A pure function that remembers its results, for what costs far more to compute than to look up. Keys may come from outside, so at `limit`
 * results all are forgotten: what is in use is soon there again, and a hit costs one look-up and nothing else.
 */
export function memo<K extends string | number, V extends object | string | number | boolean | null>(
  limit: number,
  make: (key: K) => V,
): (key: K) => V {
  const kept = new Map<K, V>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (kept.size >= limit) kept.clear();
    const made = make(key);
    kept.set(key, made);
    return made;
  };
}
