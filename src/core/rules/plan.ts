/**
 * Planning: which steps a case owes, when, and whether each will be sent or skipped. Pure: facts, policy and now in, rows out
 * (docs/rules.md, rules 3 to 10, and the promises of rule 16). Instants are epoch ms. Nothing here knows of a database, a queue or a
 * channel.
 */

import { MINUTE } from "../values/duration.ts";
import type { Step } from "../values/policy.ts";
import type { Reason } from "../values/reason.ts";
import { anchorOf, type Owed, owedOrders, type PlanOrder } from "./anchor.ts";
import {
  isInTime,
  keepDistance,
  keepPromise,
  keepQuiet,
  keepSilence,
  type Ruling,
  type SendFacts,
  whyNoContact,
} from "./judge.ts";
import { quietStart } from "./quiet.ts";

export type PlanFacts = SendFacts & {
  readonly now: number;
  readonly orders: readonly PlanOrder[];
  /** Whether the step has a channel that is configured and has a contact. */
  readonly contactFor: (step: Step) => "usable" | "suppressed" | "none";
};

/** Why a time is not the anchor: kept for `explain`. */
export type Move = {
  readonly rule: "tight" | "quiet" | "late" | "gap" | "promise";
  readonly from: number;
  readonly to: number;
};

export type PlannedRow = {
  readonly step: string;
  readonly index: number;
  /** When it is decided. */
  readonly at: number;
  readonly kind: "send" | "skip";
  readonly reason: Reason | null;
  /** r: the time before anything moved it. */
  readonly anchor: number;
  /** The last useful moment; null: the orders never close. */
  readonly latest: number | null;
  /** The owed orders and their own times. */
  readonly owed: readonly { readonly order: string; readonly own: number }[];
  readonly moves: readonly Move[];
};

type Draft = { -readonly [K in keyof PlannedRow]: PlannedRow[K] } & { moves: Move[] };

/** One row for each step that owes one, in list order. */
export function planSteps(facts: PlanFacts): PlannedRow[] {
  const rows: Draft[] = [];
  for (const [index, step] of facts.campaign.steps.entries()) {
    const row = planStep(facts, step, index);
    if (row !== null) rows.push(row);
  }
  supersede(rows);
  return rows;
}

function planStep(facts: PlanFacts, step: Step, index: number): Draft | null {
  const owed = owedOrders(facts.campaign, step, facts.orders);
  if (owed.length === 0) return null;
  const { row, earliest } = draft(facts, step, index, owed);
  if (row.kind === "skip") return row;
  avoidQuiet(facts, row, earliest);
  const usualTime = row.at;
  if (row.kind === "send") catchUp(facts, row, earliest, owed);
  const waits = row.kind === "send" && waitForPromise(facts, row);
  const settledTime = waits ? row.at : usualTime;
  if (row.kind === "send") needContact(facts, step, row, settledTime);
  if (row.kind === "send") apply(row, keepSilence(facts, row));
  if (row.kind === "send") apply(row, keepDistance(facts, row));
  return row;
}

/** Rule 4: a row at its anchor, moved into [earliest, latest] or skipped. */
function draft(
  { campaign }: PlanFacts,
  step: Step,
  index: number,
  owed: readonly Owed[],
): { row: Draft; earliest: number } {
  const { at: anchor, earliest, latest } = anchorOf(campaign, step, owed);
  const row: Draft = {
    step: step.id,
    index,
    at: anchor,
    kind: "send",
    reason: null,
    anchor,
    latest,
    owed: owed.map(({ order, own }) => ({ order: order.id, own })),
    moves: [],
  };
  const tight = anchor < earliest || !isInTime(anchor, latest);
  if (!isInTime(earliest, latest) || (tight && campaign.whenTight === "skip")) skip(row, "no_time");
  else if (anchor < earliest) move(row, "tight", earliest);
  else if (latest !== null && anchor > latest) move(row, "tight", latest);
  return { row, earliest };
}

function skip(row: Draft, reason: Reason, at = row.at): void {
  row.kind = "skip";
  row.reason = reason;
  row.at = at;
}

function move(row: Draft, rule: Move["rule"], to: number): void {
  if (to === row.at) return;
  row.moves.push({ rule, from: row.at, to });
  row.at = to;
}

function apply(row: Draft, ruling: Ruling): void {
  if (ruling?.kind === "defer") move(row, ruling.rule, ruling.until);
  else if (ruling?.kind === "skip") skip(row, ruling.reason);
}

/** Rule 5: if the end of the quiet hours is too late, one minute before their start may do. */
function avoidQuiet(facts: PlanFacts, row: Draft, earliest: number): void {
  const ruling = keepQuiet(facts, row);
  if (ruling?.kind === "skip" && facts.quiet !== null) {
    const before = quietStart(facts.quiet, facts.zone, row.at) - MINUTE;
    if (before >= earliest && before >= facts.now) {
      move(row, "quiet", before);
      return;
    }
  }
  apply(row, ruling);
}

/** Rule 6: a time that is already past. */
function catchUp(facts: PlanFacts, row: Draft, earliest: number, owed: readonly Owed[]): void {
  const { now, campaign } = facts;
  if (row.at >= now) return;
  const reported = Math.max(...owed.map(({ order }) => order.reportedAt));
  const soonest = reported + campaign.minAge;
  if (!isInTime(now, row.latest)) skip(row, "no_time");
  else if (reported - row.at > campaign.staleAfter) skip(row, "stale");
  else {
    move(row, "late", Math.max(now, row.latest === null ? soonest : Math.min(soonest, row.latest)));
    avoidQuiet(facts, row, earliest);
  }
}

/**
 * Rule 16: a send before the promised time waits for it; true: it does. It keeps quiet hours there, but moves to no time before the
 * promise. A send that would come too late is skipped at the time that it had.
 */
function waitForPromise(facts: PlanFacts, row: Draft): boolean {
  const ruling = keepPromise(facts, row);
  apply(row, ruling);
  if (ruling?.kind === "defer") apply(row, keepQuiet(facts, row));
  return ruling !== null && row.kind === "send";
}

/** Rule 7: the row waits a while for a contact. */
function needContact({ campaign, contactFor }: PlanFacts, step: Step, row: Draft, settledTime: number): void {
  const contact = contactFor(step);
  if (contact === "usable") return;
  const until = settledTime + campaign.staleAfter;
  skip(row, whyNoContact(contact), row.latest === null ? until : Math.min(row.latest, until));
}

/** Rule 10: of two sends that the times put in the wrong order, one goes. */
function supersede(rows: Draft[]): void {
  const sends = rows.filter((row) => row.kind === "send");
  for (let i = sends.length - 2; i >= 0; i--) {
    for (let j = sends.length - 1; j > i; j--) {
      const first = sends[i];
      const second = sends[j];
      if (first === undefined || second === undefined || first.kind === "skip" || second.kind === "skip") continue;
      if (first.at < second.at || !isInTime(first.at, second.latest)) continue;
      const firstMoved = first.moves.length > 0;
      const secondMoved = second.moves.length > 0;
      skip(secondMoved || (!firstMoved && first.at > second.at) ? second : first, "superseded");
    }
  }
}
