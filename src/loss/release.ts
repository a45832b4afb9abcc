/** Holds sends after a restore, and lets them go on. */
import { CLOCKS_DIFFER } from "../core/limits/store-loss.ts";
import type { Sql } from "../db/client.ts";
import { type Actor, insertAudit } from "../db/stores/campaigns/audit-store.ts";
import { countLost } from "../db/stores/dispatch/lost-store.ts";
import { holdSends, lockState, readState, type StoreHold, takeStore } from "../db/stores/dispatch/store-identity.ts";
import { inTransaction } from "../db/transaction.ts";

export type RestoredState = {
  /** null: sends are not held. */
  readonly held: StoreHold | null;
  /** Reminders that are due, or were tried and are to be retried: these would not be sent. */
  readonly due: number;
  /** Until when what was committed may be lost, from the last time; epoch ms. */
  readonly lostUntil: number | null;
};

export async function restoredState(sql: Sql): Promise<RestoredState> {
  const { now, held, lostUntil } = await readState(sql);
  return { held, due: held === null ? 0 : await countLost(sql, now + CLOCKS_DIFFER), lostUntil };
}

/** By hand, for a copy that looks like the original: the files of a stopped server. false: they are held already. */
export const hold = (sql: Sql, actor: Actor): Promise<boolean> =>
  inTransaction(sql, async (tx) => {
    const { now, held } = await lockState(tx);
    if (held !== null) return false;
    await holdSends(tx, { why: "held", at: Math.floor(now), lostSince: null });
    await insertAudit(tx, actor, { action: "store.hold", subject: "store", from: null, to: null, note: null });
    return true;
  });

/**
 * `nothingLost`: what is due now is sent. Else it is skipped as `unknown_outcome`, since it may have gone out after the backup. null: sends are not
 * held.
 */
export const release = (
  sql: Sql,
  actor: Actor,
  { nothingLost }: { readonly nothingLost: boolean },
): Promise<{ readonly lostUntil: number | null } | null> =>
  inTransaction(sql, async (tx) => {
    const state = await lockState(tx);
    if (state.held === null) return null;
    const lostUntil = nothingLost ? null : Math.ceil(state.now + CLOCKS_DIFFER);
    await takeStore(tx, state, lostUntil);
    await insertAudit(tx, actor, {
      ...{ action: "store.release", subject: "store", from: null, to: null },
      note: nothingLost ? "nothing was lost" : "what was due is not sent",
    });
    return { lostUntil };
  });
