/**
 * The fence between planning and changes of the campaigns. A transaction that plans holds it shared and checks that it has the campaigns
 * of the current revision; one that changes them holds it alone. So once a change is committed nobody plans with the old campaigns any
 * more, and every plan made with them is committed before, where planning anew finds it. The lock is one of the transaction, which
 * works behind a pooler; it lives in memory, so that a million plans write nothing for it.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Sql } from "../../client.ts";
import { inTransaction } from "../../transaction.ts";

/** Any number nobody else locks. */
const FENCE = 5_873_011_403;
/** Planning waits behind a change that waits, so a change gives way when a planning process is stuck (stopped in its claim, say). */
const PATIENCE_MS = 2_000;
const ATTEMPTS = 3;

/** What is planned with is not what is current: read the campaigns again, and run the transaction again. */
export class OutdatedCampaigns extends Error {
  override readonly name = "OutdatedCampaigns";
}

/** A change found no moment without planning: some process holds a planning transaction open. Worth another try. */
export class CampaignsBusy extends Error {
  override readonly name = "CampaignsBusy";
}

/**
 * The first thing in a transaction that plans: the database's now. `revision`: that of the campaigns it plans with; undefined when they
 * are not the database's (tests, benchmarks). Throws OutdatedCampaigns.
 */
export async function planningMoment(tx: Sql, revision: number | undefined): Promise<number> {
  // Two statements: the second one's snapshot must be of after the wait for the first.
  const [, [row]] = await Promise.all([
    tx`select pg_advisory_xact_lock_shared(${FENCE}::bigint)`.execute(),
    tx<{ now: number; revision: number }[]>`
      select dunlin_now() as now,
        coalesce((select (value #>> '{}')::int from settings where key = 'campaigns_revision'), 0) as revision`.execute(),
  ]);
  if (revision !== undefined && row?.revision !== revision) throw new OutdatedCampaigns();
  return row?.now ?? 0;
}

/** Runs a planning transaction again when the campaigns changed meanwhile. */
export async function withCurrentCampaigns<T>(
  refresh: (() => Promise<unknown>) | undefined,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof OutdatedCampaigns) || attempt >= ATTEMPTS) throw error;
      await refresh?.();
    }
  }
}

/** Runs `work` while nobody plans. Throws CampaignsBusy. */
export async function withoutPlanning<T>(sql: Sql, work: (tx: Sql) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTransaction(sql, async (tx) => {
        await tx`select set_config('lock_timeout', ${String(PATIENCE_MS)}, true)`;
        await tx`select pg_advisory_xact_lock(${FENCE}::bigint)`;
        return work(tx);
      });
    } catch (error) {
      const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
      if (code !== "55P03") throw error;
      if (attempt >= ATTEMPTS)
        throw new CampaignsBusy(
          "a process holds its planning open and lets no change in: try again; look for one that was stopped",
        );
      await pause(100 * attempt);
    }
  }
}
