import type { Parts } from "../role.ts";

/** One reading for all gauges of a scrape. null: it failed, and the log says so. */
export function sharedReading<T>(
  read: () => Promise<T>,
  log: Pick<Parts["log"], "warn">,
  failure: string,
): () => Promise<T | null> {
  let reading: Promise<T | null> | null = null;
  return () => {
    reading ??= read()
      .catch((error: unknown) => {
        log.warn({ err: error }, failure);
        return null;
      })
      .finally(() => {
        reading = null;
      });
    return reading;
  };
}
