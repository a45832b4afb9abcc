/**
 * Planning: which steps a case owes, when, and whether each will be sent or skipped. Pure: facts, policy and now in, rows out
 * (docs/rules.md, rules 3 to 10, and the promises of rule 16). Instants are epoch ms. Nothing here knows of a database, a queue or a channel.
 */

import { MINUTE } from "../values/duration.ts";
import { memo } from "../values/memo.ts";
import type { Campaign, QuietHours, Step } from "../values/policy.ts";
import type { Reason } from "../values/reason.ts";
import { isQuiet, quietEnd, quietStart } from "./quiet.ts";

/** An order that counts in its case. `settled`: `campaign/step` → the order's own time when that step was settled for it. */
export type PlanOrder = {
  readonly id: string;
  readonly createdAt: number;
  readonly closesAt: number | null;
  /** When it was first told to us. */
  readonly reportedAt: number;
  readonly settled: Readonly<Record<string, number>>;
};

/** A send that stands: claimed, accepted or of unknown outcome. */
export type PastSend = { readonly at: number; readonly campaign: string; readonly step: string };

export type PlanFacts = {
  readonly now: number;
  readonly campaign: Campaign;
  /** The campaign's quiet hours, else the shop's. */
  readonly quiet: QuietHours | null;
  /** The buyer's zone, else the shop's. */
  readonly zone: string;
  readonly orders: readonly PlanOrder[];
  /** Whether the step has a channel that is configured and has a contact. */
  readonly contactFor: (step: Step) => "usable" | "suppressed" | "none";
  /** The latest payment of the buyer that silences reminders. */
  readonly paidAt: number | null;
  readonly sends: readonly PastSend[];
  /** When the buyer promised to pay; null: no promise. */
  readonly promisedAt: number | null;
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

const MAX_NAMES = 1_000;
const settleKeysOf = memo(MAX_NAMES, (campaign: string) => memo(MAX_NAMES, (step: string) => `${campaign}/${step}`));

/** `campaign/step`. The same string each time: a new one would have to be looked up among all names whenever it is used as a key. */
export function settleKey(campaign: string, step: string): string {
  return settleKeysOf(campaign)(step);
}

/** The order's own time for a step, or null when it has none. */
export function ownTime(step: Step, order: { createdAt: number; closesAt: number | null }): number | null {
  if (step.at.kind === "afterCreated") return order.createdAt + step.at.ms;
  return order.closesAt === null ? null : order.closesAt - step.at.ms;
}

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
  const owed = owedOrders(facts, step);
  if (owed.length === 0) return null;
  const { row, earliest } = anchored(facts, step, index, owed);
  if (row.kind === "skip") return row;
  avoidQuiet(facts, row, earliest);
  const usualTime = row.at;
  if (row.kind === "send") catchUp(facts, row, earliest, owed);
  const waits = row.kind === "send" && waitForPromise(facts, row);
  const settledTime = waits ? row.at : usualTime;
  if (row.kind === "send") needContact(facts, step, row, settledTime);
  if (row.kind === "send") keepSilence(facts, row);
  if (row.kind === "send") keepDistance(facts, step, row);
  return row;
}

type Owed = { readonly order: PlanOrder; readonly own: number };

/** Rule 3. */
function owedOrders({ campaign, orders }: PlanFacts, step: Step): Owed[] {
  const key = settleKey(campaign.key, step.id);
  const owed: Owed[] = [];
  for (const order of orders) {
    const own = ownTime(step, order);
    if (own === null) continue;
    const settled = order.settled[key];
    if (settled === undefined || own > settled + campaign.repeatAfter) owed.push({ order, own });
  }
  return owed;
}

/** Rule 4: the anchor, and [earliest, latest] around it. */
function anchored(
  { campaign }: PlanFacts,
  step: Step,
  index: number,
  owed: readonly Owed[],
): { row: Draft; earliest: number } {
  let oldest = Number.POSITIVE_INFINITY;
  let newest = Number.NEGATIVE_INFINITY;
  let close = Number.POSITIVE_INFINITY;
  let closingCreated = Number.POSITIVE_INFINITY;
  for (const { order } of owed) {
    oldest = Math.min(oldest, order.createdAt);
    newest = Math.max(newest, order.createdAt);
    const closes = order.closesAt ?? Number.POSITIVE_INFINITY;
    if (closes < close) closingCreated = order.createdAt;
    else if (closes === close) closingCreated = Math.min(closingCreated, order.createdAt);
    close = Math.min(close, closes);
  }
  const { kind, ms } = step.at;
  const anchor = kind === "afterCreated" ? Math.min(newest + ms, oldest + 2 * ms) : close - ms;
  const earliest = (kind === "afterCreated" ? oldest : closingCreated) + campaign.minAge;
  const latest = close === Number.POSITIVE_INFINITY ? null : close - campaign.minLead;
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
  const tight = anchor < earliest || !within(anchor, latest);
  if (!within(earliest, latest) || (tight && campaign.whenTight === "skip")) skip(row, "no_time");
  else if (anchor < earliest) move(row, "tight", earliest);
  else if (latest !== null && anchor > latest) move(row, "tight", latest);
  return { row, earliest };
}

const within = (at: number, latest: number | null): boolean => latest === null || at <= latest;

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

/** Rule 5. */
function avoidQuiet({ quiet, zone, now }: PlanFacts, row: Draft, earliest: number): void {
  if (quiet === null || !isQuiet(quiet, zone, row.at)) return;
  const end = quietEnd(quiet, zone, row.at);
  const before = quietStart(quiet, zone, row.at) - MINUTE;
  if (within(end, row.latest)) move(row, "quiet", end);
  else if (before >= earliest && before >= now) move(row, "quiet", before);
  else skip(row, "quiet_hours");
}

/** Rule 6: a time that is already past. */
function catchUp(facts: PlanFacts, row: Draft, earliest: number, owed: readonly Owed[]): void {
  const { now, campaign } = facts;
  if (row.at >= now) return;
  const told = Math.max(...owed.map(({ order }) => order.reportedAt));
  const soonest = told + campaign.minAge;
  if (!within(now, row.latest)) skip(row, "no_time");
  else if (told - row.at > campaign.staleAfter) skip(row, "stale");
  else {
    move(row, "late", Math.max(now, row.latest === null ? soonest : Math.min(soonest, row.latest)));
    avoidQuiet(facts, row, earliest);
  }
}

/**
 * Rule 16: what is left and earlier waits for the promised time; true: it does. Moved there it keeps quiet hours as rule 5 says, but goes
 * to no time before the promise. What would come too late then is skipped at the time that it had.
 */
function waitForPromise({ promisedAt, quiet, zone }: PlanFacts, row: Draft): boolean {
  if (promisedAt === null || row.at >= promisedAt) return false;
  if (!within(promisedAt, row.latest)) {
    skip(row, "promised");
    return false;
  }
  move(row, "promise", promisedAt);
  if (quiet === null || !isQuiet(quiet, zone, row.at)) return true;
  const end = quietEnd(quiet, zone, row.at);
  if (within(end, row.latest)) move(row, "quiet", end);
  else skip(row, "quiet_hours");
  return row.kind === "send";
}

/** Rule 7: waits a while for a contact to be told. */
function needContact({ campaign, contactFor }: PlanFacts, step: Step, row: Draft, settledTime: number): void {
  const contact = contactFor(step);
  if (contact === "usable") return;
  const until = settledTime + campaign.staleAfter;
  skip(
    row,
    contact === "suppressed" ? "suppressed" : "no_contact",
    row.latest === null ? until : Math.min(row.latest, until),
  );
}

/** Rule 8. */
function keepSilence({ campaign, paidAt }: PlanFacts, row: Draft): void {
  if (campaign.paidSilence === null || paidAt === null) return;
  if (row.at < paidAt + campaign.paidSilence) skip(row, "paid_other_order");
}

/** Rule 9. */
function keepDistance({ campaign, sends, quiet, zone }: PlanFacts, step: Step, row: Draft): void {
  let lastSame = Number.NEGATIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const send of sends) {
    last = Math.max(last, send.at);
    if (send.campaign === campaign.key && send.step === step.id) lastSame = Math.max(lastSame, send.at);
  }
  const free = last + campaign.limits.gap;
  if (row.at < lastSame + campaign.repeatAfter) skip(row, "recent");
  else if (row.at < free && within(free, row.latest) && !isQuiet(quiet, zone, free)) move(row, "gap", free);
  else if (row.at < free) skip(row, "gap");
}

/** Rule 10: of two sends that the times put in the wrong order, one goes. */
function supersede(rows: Draft[]): void {
  const sends = rows.filter((row) => row.kind === "send");
  for (let i = sends.length - 2; i >= 0; i--) {
    for (let j = sends.length - 1; j > i; j--) {
      const first = sends[i];
      const second = sends[j];
      if (first === undefined || second === undefined || first.kind === "skip" || second.kind === "skip") continue;
      if (first.at < second.at || !within(first.at, second.latest)) continue;
      const firstMoved = first.moves.length > 0;
      const secondMoved = second.moves.length > 0;
      skip(secondMoved || (!firstMoved && first.at > second.at) ? second : first, "superseded");
    }
  }
}
