/**
 * The fence between planning and changes of the campaigns. A transaction that plans holds it shared, and checks that it has the campaigns
 * of the current revision; one that changes them holds it exclusively. So after the commit of a change no process plans with the old
 * campaigns, and every plan that was made with them is committed before, where replanning finds it. It is an advisory lock of the
 * transaction: it works behind a pooler, and lives in memory, so that a million plans write nothing for it.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Sql } from "../../client.ts";
import { inTransaction, isLockTimeout } from "../../transaction.ts";

/** An arbitrary number. */
const FENCE = 5_873_011_403;
/** Planning waits behind a waiting change. So a change gives up when a planning process is stuck (stopped during its claim, say). */
const PATIENCE_MS = 2_000;
const ATTEMPTS = 3;

/** The campaigns of this process are not the current ones: read them again, and run the transaction again. */
export class OutdatedCampaigns extends Error {
  override readonly name = "OutdatedCampaigns";
}

/** A change found no moment without planning, because a process holds a planning transaction open. Try again. */
export class CampaignsBusy extends Error {
  override readonly name = "CampaignsBusy";
}

/**
 * A transaction that plans calls this first. Returns the database's now. `revision`: that of the campaigns with which it plans; undefined
 * when they are not from the database (tests, benchmarks). Throws OutdatedCampaigns.
 */
export async function planningMoment(tx: Sql, revision: number | undefined): Promise<number> {
  // Two statements, because the snapshot of the second must be taken after the wait of the first.
  const [, [row]] = await Promise.all([
    tx`select pg_advisory_xact_lock_shared(${FENCE}::bigint)`.execute().catch(changing),
    tx<{ now: number; revision: number }[]>`
      select dunlin_now() as now,
        coalesce((select (value #>> '{}')::int from settings where key = 'campaigns_revision'), 0) as revision`.execute(),
  ]);
  if (revision !== undefined && row?.revision !== revision) throw new OutdatedCampaigns();
  return row?.now ?? 0;
}

/** A change waits for the fence, and planning behind it: the campaigns will be others. */
function changing(error: unknown): never {
  throw isLockTimeout(error) ? new OutdatedCampaigns() : error;
}

/** Runs a planning transaction, and again if the campaigns changed meanwhile. */
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

/** Runs `work` while no process plans. Throws CampaignsBusy. */
export async function withoutPlanning<T>(sql: Sql, work: (tx: Sql) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTransaction(sql, async (tx) => {
        await tx`select set_config('lock_timeout', ${String(PATIENCE_MS)}, true)`;
        await tx`select pg_advisory_xact_lock(${FENCE}::bigint)`;
        return work(tx);
      });
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      if (attempt >= ATTEMPTS)
        throw new CampaignsBusy(
          "a process holds its planning open and lets no change in: try again; look for one that was stopped",
        );
      await pause(100 * attempt);
    }
  }
}
