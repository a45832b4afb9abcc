/**
 * Compares loaded buyers with what they have become: which rows of which table are to be written. Pure: `newId` names the rows that are
 * new. Orders and cases are compared here, reminders in reminder-changes.ts.
 */
import type { Order } from "../../../../core/order/order.ts";
import { nextWake } from "../../../../core/rules/buyer.ts";
import type { Decision, OpenCase } from "../../../../core/rules/buyer-state.ts";
import type { LoadedBuyer, SettledByOrder } from "../loaded-buyer.ts";
import { statusOf } from "../order-rows.ts";
import type { BuyerWrite } from "./buyers.ts";
import type { CaseWrite } from "./cases.ts";
import { type DeskArm, deskArmOf } from "./desk-arms.ts";
import { type Exposure, exposuresOf } from "./exposures.ts";
import type { OrderWrite } from "./orders.ts";
import { compareReminders, firstCreated, type IsTask, type ReminderChanges } from "./reminder-changes.ts";

export type BuyerChange = {
  readonly buyer: LoadedBuyer;
  readonly decisions: readonly Decision[];
};

export type Changes = {
  readonly buyers: { readonly woken: BuyerWrite[]; readonly updated: BuyerWrite[] };
  readonly orders: { readonly inserted: OrderWrite[]; readonly updated: OrderWrite[]; readonly moved: OrderWrite[] };
  readonly cases: { readonly inserted: CaseWrite[]; readonly updated: CaseWrite[] };
  readonly reminders: ReminderChanges;
  readonly exposures: Exposure[];
  readonly deskArms: DeskArm[];
};

export function changesOf(changes: readonly BuyerChange[], now: number, newId: () => string, isTask: IsTask): Changes {
  const found: Changes = {
    buyers: { woken: [], updated: [] },
    orders: { inserted: [], updated: [], moved: [] },
    cases: { inserted: [], updated: [] },
    reminders: { decided: [], updated: [], inserted: [], deleted: [], claims: [] },
    exposures: [],
    deskArms: [],
  };
  for (const change of changes) {
    const settled = compareOrders(change, now, found.orders);
    compareBuyer(change.buyer, settled, now, found.buyers);
    compareCases(change, now, found.cases);
    compareReminders(change, newId, isTask, found.reminders);
    found.exposures.push(...exposuresOf(change.buyer, change.decisions));
    const arm = deskArmOf(change.buyer);
    if (arm !== null) found.deskArms.push(arm);
  }
  return found;
}

/** New buyers are inserted before anything else, and not here. */
function compareBuyer(
  buyer: LoadedBuyer,
  settled: SettledByOrder | null,
  now: number,
  { woken, updated }: Changes["buyers"],
): void {
  if (buyer.isNew) return;
  const write = { buyer, wakeAt: nextWake(buyer.state, now), settled };
  if (buyer.profileChanged || buyer.platformIdNow !== buyer.platformId) updated.push(write);
  else if (write.wakeAt !== buyer.wakeAt || settled !== buyer.settled || buyer.touched || buyer.waitsFor !== null)
    woken.push(write);
}

/** Returns what is to be written with the buyer of its orders: if nothing else of an open order changed than what is settled, the order is not written. */
function compareOrders(change: BuyerChange, now: number, found: Changes["orders"]): SettledByOrder | null {
  const { buyer, decisions } = change;
  const open = buyer.state.open;
  const settled = new Map(Object.entries(buyer.settled ?? {}));
  let changed = false;
  for (const [id, tracked] of buyer.state.orders) {
    const stored = buyer.baseline.orders.get(id);
    const inCase = open?.members.includes(id) ?? false;
    const caseId = inCase && open !== null ? open.id : (decidedCaseOf(decisions, id) ?? stored?.caseId ?? null);
    const sameOrder = stored !== undefined && stored.order === tracked.order;
    const countedFor = countedForOf(change, id, { caseId, inCase });
    const sameStanding =
      stored !== undefined &&
      stored.reportedAt === tracked.reportedAt &&
      stored.inCase === inCase &&
      stored.caseId === caseId &&
      stored.countedFor === countedFor;
    if (sameOrder && sameStanding) {
      if (stored.settled === tracked.settled) continue;
      if (inCase && !buyer.isNew) {
        settled.set(id, tracked.settled);
        changed = true;
        continue;
      }
    }
    if (settled.delete(id)) changed = true;
    const status = statusNow(tracked.order, inCase, now);
    const write: OrderWrite = { shop: buyer.shop, id, buyerId: buyer.id, caseId, countedFor, inCase, status, tracked };
    if (stored === undefined) found.inserted.push(write);
    else if (sameOrder) found.moved.push(write);
    else found.updated.push(write);
  }
  if (!changed) return buyer.settled;
  return settled.size === 0 ? null : Object.fromEntries(settled);
}

/** The case of an order that came and went within this one change. */
const decidedCaseOf = (decisions: readonly Decision[], id: string): string | null =>
  decisions.findLast((decision) => decision.orders.includes(id))?.caseId ?? null;

/** Reports count an order for the campaign that its case has, or had when the order left it; not if it was over when it was received. */
function countedForOf(
  { buyer, decisions }: BuyerChange,
  id: string,
  { caseId, inCase }: { readonly caseId: string | null; readonly inCase: boolean },
): string | null {
  if (caseId === null || isOver(decisions, caseId)) return null;
  if (inCase) return buyer.state.open?.campaign?.key ?? "";
  const decision = decisions.findLast((each) => each.caseId === caseId && each.orders.includes(id));
  if (decision !== undefined) return decision.campaign?.key ?? "";
  const stored = buyer.baseline.orders.get(id);
  return stored?.caseId === caseId ? stored.countedFor : "";
}

/** Whether the row of the whole case says that its orders were over when they were received. */
const isOver = (decisions: readonly Decision[], caseId: string): boolean =>
  decisions.some((decision) => decision.caseId === caseId && decision.step === null && decision.reason === "closed");

/** An order whose time is over counts as closed, too. */
function statusNow(order: Order, inCase: boolean, now: number): OrderWrite["status"] {
  const closedByClock = order.paidAt === null && !inCase && order.closesAt !== null && order.closesAt <= now;
  return closedByClock ? "closed" : statusOf(order);
}

/** The case that was open, the one that is, and those that began and ended within this one change. */
function compareCases({ buyer, decisions }: BuyerChange, now: number, found: Changes["cases"]): void {
  const { baseline, state } = buyer;
  const { open } = state;
  if (baseline.caseId !== null) {
    if (open?.id !== baseline.caseId)
      found.updated.push({ ...endedCase(buyer, baseline.caseId, now), isVoid: isOver(decisions, baseline.caseId) });
    else if (baseline.open === null || !isStoredCase(baseline.open, open)) found.updated.push(openCase(buyer, open));
  }
  const decided = decisions.length === 0 ? [] : new Set(decisions.map(({ caseId }) => caseId));
  for (const id of decided) {
    if (id === baseline.caseId || id === open?.id) continue;
    const own = decisions.filter(({ caseId }) => caseId === id);
    const campaign = own.at(-1)?.campaign?.key ?? null;
    const orders = own.flatMap((decision) => decision.orders);
    const countedAt = isOver(own, id) ? null : (firstCreated(buyer, orders) ?? now);
    found.inserted.push({ ...endedCase(buyer, id, now), campaign, hadPlan: campaign !== null, countedAt });
  }
  if (open !== null && open.id !== baseline.caseId)
    found.inserted.push({ ...openCase(buyer, open), countedAt: firstCreated(buyer, open.members) ?? open.openedAt });
}

const openCase = ({ shop, id: buyerId }: LoadedBuyer, open: OpenCase): CaseWrite => ({
  shop,
  id: open.id,
  buyerId,
  openedAt: open.openedAt,
  endedAt: null,
  campaign: open.campaign?.key ?? null,
  hadPlan: open.hadPlan,
  manual: open.manual,
  keptAt: open.keptAt ?? null,
  hold: open.hold,
  promise: open.promise,
  departures: open.departures,
  whole: open.whole,
  countedAt: null,
  isVoid: false,
});

const endedCase = ({ shop, id: buyerId }: LoadedBuyer, id: string, now: number): CaseWrite => ({
  shop,
  id,
  buyerId,
  openedAt: now,
  endedAt: now,
  campaign: null,
  hadPlan: false,
  manual: null,
  keptAt: null,
  hold: null,
  promise: null,
  departures: null,
  whole: null,
  countedAt: null,
  isVoid: false,
});

/** Promises, departures and the part of a person are replaced, never changed, so they are compared by identity. */
function isStoredCase(was: Readonly<OpenCase>, open: OpenCase): boolean {
  return (
    was.campaign?.key === open.campaign?.key &&
    was.hadPlan === open.hadPlan &&
    was.manual === open.manual &&
    (was.keptAt ?? null) === (open.keptAt ?? null) &&
    was.hold === open.hold &&
    was.promise === open.promise &&
    was.departures === open.departures &&
    was.whole?.reason === open.whole?.reason &&
    was.whole?.at === open.whole?.at
  );
}
