/**
 * Judges a store that is another one than before. A standby that takes over may lack the last seconds, and a copy that is restored all that was
 * committed after the backup. Messages of that time went out, and the store does not know it. Pure; instants are epoch ms.
 */
import { MINUTE, SECOND } from "../values/duration.ts";

type Identity = { readonly system: string; readonly tables: string; readonly timeline: number };

export type LossVerdict =
  | { readonly kind: "same" }
  /** Nothing was sent from this installation yet. */
  | { readonly kind: "first" }
  /** A standby took over. Sends that were due until `lostUntil` may have gone out. Later ones go on by themselves. */
  | { readonly kind: "took_over"; readonly lostUntil: number }
  /** An operator must say whether and since when something is lost. */
  | { readonly kind: "restored"; readonly lostSince: number | null };

/** A standby takes over within minutes. After a longer time it may be a copy of long ago that was brought back: payments are missing, too. */
const TAKES_OVER_WITHIN = 10 * MINUTE;
/** The clocks of two servers differ, and a send is claimed by the clock of one. */
export const CLOCKS_DIFFER = 5 * SECOND;
/** A transaction that was begun before the store was last seen, and committed after it. */
const LONGEST_TRANSACTION = 20 * SECOND;

/** `seenAt`: when it was last seen, as the store itself says: all that was committed before is there. */
export function judgeStore(state: {
  readonly now: number;
  readonly is: Identity | null;
  readonly was: Identity | null;
  readonly seenAt: number | null;
}): LossVerdict {
  const { now, is, was, seenAt } = state;
  if (is === null) return { kind: "same" };
  if (was === null) return { kind: "first" };
  const isSameSystem = is.system === was.system && is.tables === was.tables;
  if (isSameSystem && is.timeline === was.timeline) return { kind: "same" };
  const isFresh = seenAt !== null && now - seenAt <= TAKES_OVER_WITHIN;
  if (isSameSystem && isFresh) return { kind: "took_over", lostUntil: now + CLOCKS_DIFFER };
  return { kind: "restored", lostSince: seenAt === null ? null : seenAt - LONGEST_TRANSACTION };
}
