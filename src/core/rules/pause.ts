/**
 * A paused campaign. Its plan stays what it is; a send whose time has come waits as long as it would still be of use, and ends as
 * `campaign_paused` after that. Whoever resumes the campaign in time has it judged as one that is taken up late (rule 14).
 */

import type { Campaign } from "../values/policy.ts";
import type { OpenCase } from "./buyer-state.ts";
import type { PlannedRow } from "./plan.ts";

/** The last moment at which a row is worth sending: in time for the buyer to act, and not stale. */
export function usefulUntil(campaign: Campaign, { at, latest }: PlannedRow): number {
  const stale = at + campaign.staleAfter;
  return latest === null ? stale : Math.min(stale, latest);
}

export function isWaiting({ campaign }: OpenCase, row: PlannedRow, now: number): boolean {
  return campaign?.paused === true && row.kind === "send" && row.at <= now && now <= usefulUntil(campaign, row);
}

/** When there is next something to decide about the row: its time, or the end of its waiting. */
export function wakeOf(open: OpenCase, row: PlannedRow, now: number): number {
  return open.campaign !== null && isWaiting(open, row, now) ? usefulUntil(open.campaign, row) + 1 : row.at;
}

/**
 * Rule 6 dates an overdue send to now, which would make it look fresh: planned anew again and again, it would wait and be sent however
 * late it is. So a send that was overdue keeps the later of its old time and the one that the new plan has for it.
 */
export function keepOverdue(before: readonly PlannedRow[], planned: readonly PlannedRow[], now: number): PlannedRow[] {
  return planned.map((row) => {
    const old = before.find(({ step, kind }) => step === row.step && kind === "send");
    const late = row.moves.find(({ rule }) => rule === "late");
    if (row.kind !== "send" || row.at !== now || old === undefined || old.at >= now || late === undefined) return row;
    return { ...row, at: Math.max(old.at, late.from), moves: row.moves.filter((move) => move !== late) };
  });
}
