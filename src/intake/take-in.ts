/** Takes in batches of events: runs a transaction again that lost a race, and bisects a batch that cannot be taken in. */
import { OutdatedCampaigns } from "../db/stores/campaigns/planning-fence.ts";
import { inTransaction, isDataFault } from "../db/transaction.ts";
import { runBatch, type Verdict } from "./batch.ts";
import type { IntakeDeps } from "./deps.ts";
import { Moved } from "./locks.ts";
import type { Prepared } from "./prepare.ts";

/** `unstorable`: the database does not accept a value of the event. */
export type TakenIn = Verdict | "unstorable";

const ATTEMPTS = 12;
/** unique_violation, deadlock_detected, serialization_failure: another transaction was first. */
const RACES = new Set(["23505", "40P01", "40001"]);

/**
 * Like `takeIn`, but bisects a batch that is rejected for its content until the bad event is isolated. Events keep their order. Rejects when
 * the database is down, or when our own code fails on an event: such an event gets no answer, so that it is sent again.
 */
export async function takeInBisected(deps: IntakeDeps, events: readonly Prepared[]): Promise<TakenIn[]> {
  try {
    return await takeIn(deps, events);
  } catch (error) {
    if (!isDataFault(error)) throw error;
    if (events.length > 1) {
      const half = events.length >> 1;
      const first = await takeInBisected(deps, events.slice(0, half));
      return [...first, ...(await takeInBisected(deps, events.slice(half)))];
    }
    const { shop, id } = events[0] ?? {};
    deps.broken?.(error, { shop, event: id });
    if (error instanceof Error && "code" in error) return ["unstorable"];
    throw error;
  }
}

/** Returns a verdict for each event, in their order. Rejects when the database is down, or when one of the events cannot be taken in. */
export async function takeIn(deps: IntakeDeps, events: readonly Prepared[]): Promise<TakenIn[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { verdicts, skipped } = await inTransaction(deps.sql, (tx) => runBatch(deps, tx, events));
      for (const reason of skipped) deps.skipped?.(reason);
      return verdicts;
    } catch (error) {
      const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
      const outdated = error instanceof OutdatedCampaigns;
      if (attempt >= ATTEMPTS || !(outdated || error instanceof Moved || RACES.has(String(code)))) throw error;
      if (outdated) await deps.refresh?.();
    }
  }
}
