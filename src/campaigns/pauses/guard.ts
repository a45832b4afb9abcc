/** Holds the reminders of payment methods of which too many orders stay unpaid, with the figures as the reason. An operator lets them go. */
import { JUDGED_AFTER, USUAL_WITHIN, type WhyHeld, whyHold } from "../../core/limits/guard.ts";
import { DAY } from "../../core/values/duration.ts";
import { methodName, type PaymentMethod } from "../../core/values/payment-method.ts";
import type { Guard } from "../../core/values/policy.ts";
import type { Sql } from "../../db/client.ts";
import type { Actor } from "../../db/stores/campaigns/audit-store.ts";
import { readPaused } from "../../db/stores/campaigns/pause-store.ts";
import {
  addCounts,
  countedShops,
  countSince,
  countStored,
  dropCounts,
  type MethodShares,
  readShares,
  uncountedShops,
} from "../../db/stores/campaigns/payment-count-store.ts";
import { databaseNow } from "../../db/stores/intake/intake-store.ts";
import { inTransaction } from "../../db/transaction.ts";
import { setPaused } from "./pause.ts";

/** null: the shop is not guarded. */
export type GuardOf = (shop: string) => Guard | null;
export type Held = PaymentMethod & WhyHeld;

const UPKEEP: Actor = { who: "dunlin", via: "timer" };

/** Counts the orders that are old enough by now, and returns which methods it held. Throws CampaignsBusy. */
export async function holdBrokenMethods(sql: Sql, guardOf: GuardOf): Promise<readonly Held[]> {
  const now = await databaseNow(sql);
  const fresh = await inTransaction(sql, (tx) => countNew(tx, guardOf, now));
  for (const shop of fresh.shops) await countPast(sql, shop, fresh.from);
  const held: Held[] = [];
  for (const { shop, method, recent, usual, held: isHeld } of await sharesOf(sql, guardOf, now)) {
    const guard = guardOf(shop);
    const why = isHeld || guard === null ? null : whyHold(recent, usual, guard);
    if (why === null) continue;
    const key = { kind: "payment_method", name: methodName({ shop, method }) } as const;
    const note = `${why.code}: ${why.message}`;
    const cause = { source: "threshold", ...why } as const;
    const { kind: done } = await setPaused(sql, UPKEEP, { ...key, paused: true, forMs: null, note, cause });
    if (done === "done") held.push({ shop, method, ...why });
  }
  return held;
}

/** The shares of the methods of guarded shops, as the guard sees them at `now`. */
export async function sharesOf(sql: Sql, guardOf: GuardOf, now: number): Promise<readonly MethodShares[]> {
  const shops = (await countedShops(sql)).flatMap((shop) => {
    const guard = guardOf(shop);
    return guard === null ? [] : [{ shop, within: guard.within }];
  });
  return shops.length === 0 ? [] : readShares(sql, shops, now - JUDGED_AFTER);
}

/** Returns the shops of which nothing was counted before `from`, the beginning of what is counted now. */
async function countNew(tx: Sql, guardOf: GuardOf, now: number): Promise<{ shops: readonly string[]; from: number }> {
  const counted = (await countSince(tx, now - JUDGED_AFTER)).filter(({ shop }) => guardOf(shop) !== null);
  if (counted.length === 0) return { shops: [], from: now };
  const shops = await uncountedShops(tx, [...new Set(counted.map(({ shop }) => shop))]);
  const paused = new Set((await readPaused(tx)).flatMap(({ kind, name }) => (kind === "payment_method" ? [name] : [])));
  await addCounts(
    tx,
    counted.map((each) => ({ ...each, isUsual: !paused.has(methodName(each)) })),
  );
  await dropCounts(tx, now);
  return { shops, from: Math.min(...counted.map(({ at }) => at)) - 1 };
}

/**
 * The only time that weeks of orders are read. Day by day, the latest first: each day is one short statement. A process that dies meanwhile leaves
 * a shorter past.
 */
async function countPast(sql: Sql, shop: string, until: number): Promise<void> {
  for (let to = until; to > until - USUAL_WITHIN; to -= DAY) await countStored(sql, shop, to - DAY, to);
}
