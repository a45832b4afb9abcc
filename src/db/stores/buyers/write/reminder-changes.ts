/** Compares the planned rows of a buyer with its decisions and its present plan. */
import type { Decision } from "../../../../core/rules/buyer-state.ts";
import type { PlannedRow } from "../../../../core/rules/plan.ts";
import type { Key } from "../../../keys.ts";
import type { LoadedBuyer, PlanOf, StoredReminder } from "../loaded-buyer.ts";
import type { NewReminder, ReminderWrite } from "./reminders.ts";

/** A send that was decided: its row in the ledger stands from before the provider is called. */
export type Claim = {
  readonly shop: string;
  readonly buyer: LoadedBuyer;
  readonly reminderId: string;
  readonly deliveryId: string;
  readonly decision: Decision;
};

/** Whether the channel makes tasks for people: then the send is done with its claim. */
export type IsTask = (channel: string | null) => boolean;

export type ReminderChanges = {
  /** Decided as planned, as nearly all are. */
  readonly decided: ReminderWrite[];
  /** Planned otherwise than stored, whether decided or not. */
  readonly updated: ReminderWrite[];
  /** In the order in which they are decided; a planned row comes last. */
  readonly inserted: NewReminder[];
  readonly deleted: Key[];
  /** In the order of the decisions. */
  readonly claims: Claim[];
};

export function compareReminders(
  { buyer, decisions }: { readonly buyer: LoadedBuyer; readonly decisions: readonly Decision[] },
  newId: () => string,
  isTask: IsTask,
  found: ReminderChanges,
): void {
  const { open } = buyer.state;
  const before = found.inserted.length;
  const insert = (write: ReminderWrite) => found.inserted.push(follow(buyer, write, found.inserted, before));
  // Stored rows that are left at the end are no longer planned.
  const left = decisions.length === 0 ? buyer.baseline.planned : new Map(buyer.baseline.planned);
  for (const decision of decisions) {
    const { step, row, caseId } = decision;
    const stored = step !== null && caseId === buyer.baseline.caseId ? left.get(step) : undefined;
    if (stored !== undefined && step !== null) left.delete(step);
    const write = decidedWrite(buyer, decision, stored?.id ?? newId(), isTask);
    if (stored === undefined) insert(write);
    else if (row !== null && isStoredPlan(stored, row, write)) found.decided.push(write);
    else found.updated.push(write);
    if (decision.kind === "send")
      found.claims.push({ shop: buyer.shop, buyer, reminderId: write.id, deliveryId: newId(), decision });
  }
  const sameCase = open?.id === buyer.baseline.caseId;
  for (const row of open?.rows ?? []) {
    const stored = sameCase ? left.get(row.step) : undefined;
    const write = plannedWrite(buyer, row, stored?.id ?? newId());
    if (stored === undefined) insert(write);
    else if (!isStoredPlan(stored, row, write)) found.updated.push(write);
  }
  if (left.size === 0) return;
  const planned = new Set(sameCase ? open?.rows.map(({ step }) => step) : []);
  for (const [step, { id }] of left) if (!planned.has(step)) found.deleted.push({ shop: buyer.shop, id });
}

/** The rows of this buyer that are inserted before it are those `from` there. */
function follow(
  buyer: LoadedBuyer,
  write: ReminderWrite,
  inserted: readonly ReminderWrite[],
  from: number,
): NewReminder {
  let after = 0;
  for (let at = from; at < inserted.length; at += 1) {
    const earlier = inserted[at];
    if (earlier?.caseId === write.caseId && earlier.step === write.step) after += 1;
  }
  return { ...write, inStoredCase: write.caseId === buyer.baseline.caseId, after };
}

function decidedWrite(buyer: LoadedBuyer, decision: Decision, id: string, isTask: IsTask): ReminderWrite {
  const { caseId, campaign, step, variant, kind, reason, row, at, orders } = decision;
  const isSend = kind === "send";
  const claimed = isTask(decision.channel) ? "sent" : "sending";
  return {
    shop: buyer.shop,
    id,
    caseId,
    buyerId: buyer.id,
    campaign: campaign?.key ?? null,
    version: campaign?.version ?? null,
    step,
    variant,
    kind,
    state: isSend ? claimed : "skipped",
    reason,
    dueAt: row?.at ?? firstCreated(buyer, orders) ?? at,
    decidedAt: at,
    orders,
    row,
    attributedUntil: isSend ? at + (campaign?.attributionWindow ?? 0) : null,
  };
}

/** The row of a whole case has no time in a plan. null: no creation is known. */
export function firstCreated({ state }: LoadedBuyer, orders: readonly string[]): number | null {
  const times = orders.flatMap((id) => state.orders.get(id)?.order.createdAt ?? []);
  return times.length === 0 ? null : Math.min(...times);
}

function plannedWrite(buyer: LoadedBuyer, row: PlannedRow, id: string): ReminderWrite {
  const { open } = buyer.state;
  return {
    shop: buyer.shop,
    id,
    caseId: open?.id ?? "",
    buyerId: buyer.id,
    campaign: open?.campaign?.key ?? null,
    version: open?.campaign?.version ?? null,
    step: row.step,
    variant: null,
    kind: row.kind,
    state: "planned",
    reason: row.reason,
    dueAt: row.at,
    decidedAt: null,
    orders: open?.counted ?? [],
    row,
    attributedUntil: null,
  };
}

/** Whether the plan of a row is stored as it is now, so that it need not be written. */
function isStoredPlan(stored: StoredReminder, row: PlannedRow, of: PlanOf): boolean {
  if (stored.campaign !== of.campaign || stored.version !== of.version) return false;
  if (!sameList(stored.orders, of.orders, (a, b) => a === b)) return false;
  const was = stored.row;
  if (was === row) return true;
  return (
    was.at === row.at &&
    was.kind === row.kind &&
    was.reason === row.reason &&
    was.anchor === row.anchor &&
    was.latest === row.latest &&
    sameList(was.owed, row.owed, (a, b) => a.order === b.order && a.own === b.own) &&
    sameList(was.moves, row.moves, (a, b) => a.rule === b.rule && a.from === b.from && a.to === b.to)
  );
}

function sameList<T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): boolean {
  return a.length === b.length && a.every((value, at) => same(value, b[at] as T));
}
