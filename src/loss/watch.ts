/**
 * Watches whether the store is still the one that Dunlin worked on. Each claim checks it too, in its own transaction (dispatch/claim.ts), so that
 * nothing is sent between a change and its discovery here.
 */
import { judgeStore, type LossVerdict } from "../core/limits/store-loss.ts";
import type { Sql } from "../db/client.ts";
import { type Actor, insertAudit } from "../db/stores/campaigns/audit-store.ts";
import { holdSends, lockState, noteSeen, takeStore } from "../db/stores/dispatch/store-identity.ts";
import { inTransaction } from "../db/transaction.ts";

const WATCH: Actor = { who: "dunlin", via: "timer" };

type Log = { warn(fields: object, message: string): void; error(fields: object, message: string): void };

/** `held`: an operator must let sends go on. */
export type Watched = Exclude<LossVerdict, { kind: "restored" }> | { readonly kind: "held" };

export async function watchStore(sql: Sql, log: Log): Promise<Watched> {
  if (await noteSeen(sql)) return { kind: "same" };
  const verdict = await inTransaction<LossVerdict | { readonly kind: "held" }>(sql, async (tx) => {
    const state = await lockState(tx);
    if (state.held !== null) return { kind: "held" };
    const found = judgeStore(state);
    if (found.kind === "same") return found;
    if (found.kind === "restored")
      await holdSends(tx, { why: "restored", at: Math.floor(state.now), lostSince: found.lostSince });
    else await takeStore(tx, state, found.kind === "first" ? null : Math.ceil(found.lostUntil));
    if (found.kind !== "first")
      await insertAudit(tx, WATCH, {
        ...{ action: `store.${found.kind}`, subject: "store", from: null, to: null },
        note: found.kind === "restored" ? HELD : TOOK_OVER,
      });
    return found;
  });
  if (verdict.kind === "took_over") log.warn({}, TOOK_OVER);
  if (verdict.kind !== "restored") return verdict;
  log.error({}, `${HELD}: look at \`dunlin restored\``);
  return { kind: "held" };
}

const TOOK_OVER =
  "another PostgreSQL took over and may lack the last seconds: reminders that were due by then are not sent, since they may have gone out";
const HELD =
  "the database was restored from a copy, and does not know what was sent after it: nothing is sent until an operator lets it go on";
