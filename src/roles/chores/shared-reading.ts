import { shareReads } from "../../reporting/live/share.ts";
import type { Parts } from "../role.ts";

/** One reading for all gauges of a scrape. null: it failed, and the log says so. */
export function sharedReading<T>(
  read: () => Promise<T>,
  log: Pick<Parts["log"], "warn">,
  failure: string,
): () => Promise<T | null> {
  const shared = shareReads<null, T | null>(() =>
    read().catch((error: unknown) => {
      log.warn({ err: error }, failure);
      return null;
    }),
  );
  return () => shared(null);
}
