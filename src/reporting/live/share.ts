/** Many consoles ask for the same figures at the same moment, when they hear that these changed; so do the gauges of a scrape. */

type Reads<T> = {
  /** Settles when the last read that began, or waits to begin, is over. Never rejects. */
  over: Promise<void>;
  /** The read that waits to begin. */
  next: Promise<T> | null;
};

/**
 * Calls with the same key share a read that has not begun yet: no answer is older than its question. A read begins after the calls of the same
 * turn, and when the one before it is over. Keys are few: they are shops.
 */
export function shareReads<Key, T>(read: (key: Key) => Promise<T>): (key: Key) => Promise<T> {
  const byKey = new Map<Key, Reads<T>>();
  return (key) => {
    const reads: Reads<T> = byKey.get(key) ?? { over: Promise.resolve(), next: null };
    if (reads.next !== null) return reads.next;
    byKey.set(key, reads);
    const next = reads.over.then(() => {
      reads.next = null;
      return read(key);
    });
    const end = (): void => {
      if (reads.over === over) byKey.delete(key);
    };
    const over = next.then(end, end);
    reads.next = next;
    reads.over = over;
    return next;
  };
}
