/**
 * One batch in one transaction: a handful of statements, however many events, and all of it is committed or nothing.
 *
 * Another transaction may insert the same new buyer, contact or order at the same time: then a unique index rejects one of them, and
 * `takeIn` runs that batch again, which now sees what the other committed. Locks are taken in one order everywhere: events, strays, buyers.
 * Only a batch that first has events about two buyers, and then proves them one, takes locks in several rounds; it runs again if it
 * deadlocks with another.
 */
import { futureWarning } from "../core/order/future.ts";
import type { Reason } from "../core/values/reason.ts";
import type { Sql } from "../db/client.ts";
import { compareTexts, shopKey } from "../db/keys.ts";
import { isAnybodyErased } from "../db/stores/buyers/erase-store.ts";
import { planningMoment } from "../db/stores/campaigns/planning-fence.ts";
import { insertEvents } from "../db/stores/intake/intake-store.ts";
import type { IntakeDeps } from "./deps.ts";
import { stripErased } from "./erased.ts";
import { findKnown, withOwners } from "./known.ts";
import type { Prepared } from "./prepare.ts";
import { runRound } from "./round.ts";
import { judgeSharing, writeShared } from "./sharing.ts";

export type Verdict = "accepted" | "duplicate";

/** Returns a verdict for each event, and the reasons of the reminders that ended by them. */
export async function runBatch(
  deps: IntakeDeps,
  tx: Sql,
  events: readonly Prepared[],
): Promise<{ verdicts: Verdict[]; skipped: readonly Reason[] }> {
  const unique = new Map<string, Prepared>();
  for (const event of events) {
    const key = shopKey(event.shop, event.id);
    if (!unique.has(key)) unique.set(key, event);
  }
  const [now, fresh, known, isErased] = await Promise.all([
    planningMoment(tx, deps.policy().revision),
    insertEvents(tx, sorted(unique.values())),
    findKnown(tx, [...unique.values()]),
    isAnybodyErased(tx, [...new Set([...unique.values()].map(({ shop }) => shop))]),
  ]);
  const isFresh = new Set(fresh.map((row) => shopKey(row.shop_id, row.id)));
  const todo = [...unique].filter(([key]) => isFresh.has(key)).map(([, event]) => event);
  const stripped = isErased && todo.length > 0 ? await stripErased(tx, deps.vault, todo) : null;
  const find = async (pending: readonly Prepared[]) => withOwners(await findKnown(tx, pending), stripped?.owners);
  const skipped: Reason[] = [];
  const found = stripped === null ? known : await find(stripped.events);
  const sharing = judgeSharing(stripped?.events ?? todo, found, deps.shopOf);
  const { separated } = await writeShared(tx, deps.vault, sharing);
  let round = { pending: sharing.events, known: separated ? await find(sharing.events) : found };
  while (round.pending.length > 0) {
    const { reasons, later } = await runRound(deps, tx, now, round.pending, round.known, sharing.reporters);
    skipped.push(...reasons);
    if (later.length === 0) break;
    round = { pending: later, known: await find(later) };
  }
  const verdicts: Verdict[] = [];
  for (const event of events) {
    const early = futureWarning({ occurredAt: event.occurredAt, order: event.payload }, now);
    if (early !== null) deps.early?.(event, early);
    const key = shopKey(event.shop, event.id);
    verdicts.push(isFresh.delete(key) ? "accepted" : "duplicate");
  }
  return { verdicts, skipped };
}

const sorted = (events: Iterable<Prepared>): Prepared[] =>
  [...events].sort((a, b) => compareTexts(a.shop, b.shop) || compareTexts(a.id, b.id));
