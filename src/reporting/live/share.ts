/** Many consoles ask for the same figures at the same moment: when they hear that these changed. */

/** Calls with the same key share the read that is under way. Keys are few: they are shops. */
export function shareReads<Key, T>(read: (key: Key) => Promise<T>): (key: Key) => Promise<T> {
  const underWay = new Map<Key, Promise<T>>();
  return (key) => {
    const known = underWay.get(key);
    if (known !== undefined) return known;
    const answer = read(key).finally(() => underWay.delete(key));
    underWay.set(key, answer);
    return answer;
  };
}
