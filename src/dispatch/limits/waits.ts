/** The wait of a buyer for a channel that has no room. */
import { nextWake } from "../../core/rules/buyer.ts";
import type { BuyerPolicy } from "../../core/rules/buyer-state.ts";
import { uselessAt } from "../../core/rules/decide.ts";
import { SECOND } from "../../core/values/duration.ts";
import { type Exposure, exposuresOf } from "../../db/stores/buyers/write/exposures.ts";
import type { Wait } from "../../db/stores/dispatch/rate-store.ts";
import { type Due, sendsOf } from "./grant.ts";

const MIN_WAIT = SECOND / 2;

/** Whether the buyer is queued already and only its turn is missing: then nothing is written. */
export const isWaiting = ({ buyer }: Due, channel: string, now: number): boolean =>
  buyer.waitsFor === channel && buyer.wakeAt !== null && buyer.wakeAt > now;

/** The queue is in the order of due times. Until its turn comes, the buyer wakes for anything else that is to be decided. */
export function waitOf(policy: BuyerPolicy, due: Due, channel: string, now: number): Wait {
  const { buyer, planned } = due;
  const exposures: Exposure[] = [];
  let since = now;
  let until = nextWake(buyer.state, now) ?? Number.POSITIVE_INFINITY;
  for (const { at } of planned) if (at > now) until = Math.min(until, at);
  for (const decision of sendsOf(due)) {
    const { row, campaign } = decision;
    if (row === null || campaign === null) continue;
    exposures.push(...exposuresOf(buyer, [decision]));
    // Replanning moves an overdue send to now; its place in the queue stays that of its earlier time.
    since = Math.min(since, row.moves.find(({ rule }) => rule === "late")?.from ?? row.at);
    until = Math.min(until, uselessAt(policy, campaign, row));
  }
  return { shop: buyer.shop, id: buyer.id, channel, since, until: Math.max(until, now + MIN_WAIT), exposures };
}
