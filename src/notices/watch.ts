/** Looks for what staff should know: load → decide (core/notices/matters.ts) → store the notices. */
import { SOON_MS } from "../core/notices/desk-matters.ts";
import { watchMatters } from "../core/notices/matters.ts";
import type { Sql } from "../db/client.ts";
import { readPaused } from "../db/stores/campaigns/pause-store.ts";
import { readWaiting, takeSoonPromises } from "../db/stores/desk/waiting-store.ts";
import { countDue } from "../db/stores/dispatch/due-store.ts";
import { readOutages } from "../db/stores/dispatch/outage-store.ts";
import { findNewCodes, readFlow } from "../db/stores/notices/fact-store.ts";
import { raiseNotices } from "../db/stores/notices/notice-store.ts";
import { inTransaction } from "../db/transaction.ts";

export type WatchDeps = {
  readonly sql: Sql;
  /** The names of `notices` in dunlin.yaml. */
  readonly receivers: readonly string[];
  /** The names of the configured channels. */
  readonly channels: readonly string[];
  readonly written: (at: number) => string;
};

const MAX_DUE = 10_000;
const MAX_CODES = 10;

/** Returns how many notices are new, or count another incident. */
export async function watchForMatters({ sql, receivers, channels, written }: WatchDeps): Promise<number> {
  if (receivers.length === 0) return 0;
  const [{ now, accepted, failed, code }, { due, lagMs }, pauses, outages, codes, waiting] = await Promise.all([
    readFlow(sql),
    countDue(sql, MAX_DUE),
    readPaused(sql),
    readOutages(sql),
    findNewCodes(sql, MAX_CODES),
    readWaiting(sql, SOON_MS),
  ]);
  const facts = { now, accepted, failed, failedCode: code, due, lagMs, pauses, outages, codes, channels };
  return inTransaction(sql, async (tx) => {
    const promises = await takeSoonPromises(tx, SOON_MS);
    return raiseNotices(tx, receivers, watchMatters({ ...facts, waiting: { ...waiting, ...promises } }, written));
  });
}
