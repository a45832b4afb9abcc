/** Chooses the campaign of a case and replans its rows (docs/rules.md, rules 2, 3 to 10 and 16). */

import { assigned, handedBackAt, isPersons, type PersonsWhy } from "../desk/persons.ts";
import type { Order } from "../order/order.ts";
import type { Campaign } from "../values/policy.ts";
import type { Reason } from "../values/reason.ts";
import type { PlanOrder } from "./anchor.ts";
import { isKeptFromPeople } from "./arms.ts";
import {
  type BuyerPolicy,
  type BuyerState,
  type Decision,
  hasAnyContact,
  isPaused,
  type OpenCase,
  paidAt,
  sendFacts,
  usableChannel,
} from "./buyer-state.ts";
import { chooseCampaign, isDear, isExcluded } from "./match.ts";
import { decideAll } from "./members.ts";
import { keepOverdue } from "./pause.ts";
import { type PlannedRow, planSteps } from "./plan.ts";

/** Everything whose change re-plans a case, in one string to compare. */
export function factsKey(state: BuyerState): string {
  let key = `${state.zone}|${state.tier}|${paidAt(state)}|${state.open?.promise?.at}`;
  for (const [kind, contact] of state.contacts)
    key += `|${kind} ${contact.suppressed} ${contact.reportedAt} ${contact.reportedId}`;
  for (const id of state.open?.members ?? []) {
    const order = state.orders.get(id)?.order;
    if (order !== undefined)
      key += `\n${id} ${order.createdAt} ${order.closesAt} ${order.amount} ${order.currency} ${order.tags.join(" ")}`;
  }
  return key;
}

/**
 * Replans the open case at `now`. Returns what this decides: the rows of a plan that no campaign carries any more. `keepTimes`: an overdue
 * send keeps its time instead of moving to now. It always does while its campaign, its shop or a channel is paused.
 */
export function replan(state: BuyerState, policy: BuyerPolicy, now: number, keepTimes = false): Decision[] {
  const open = state.open;
  if (open === null) return [];
  const orders = ordersOf(state, open.members);
  const chosen = stays(state, open, policy)
    ? { kind: "campaign" as const, campaign: open.campaign }
    : chooseCampaign(policy.campaigns, state.shop.id, orders);
  if (chosen.kind === "none" || chosen.campaign === null) {
    const reason = chosen.kind === "none" ? chosen.reason : "no_campaign";
    // Nothing ends silently.
    const decisions = decideAll(state, open, reason, now);
    open.campaign = null;
    open.counted = open.members;
    wait(open, isPersons(open) ? "manual" : reason, now);
    return decisions;
  }
  const campaign = chosen.campaign;
  open.campaign = campaign;
  const counting = orders.filter((order) => !isExcluded(campaign, state.shop.id, order));
  // A campaign that stays after a send may now exclude all orders that are left.
  const decisions = counting.length === 0 ? decideAll(state, open, "excluded", now) : [];
  open.counted = counting.map(({ id }) => id);
  assign({ state, policy, open, campaign, now }, counting);
  if (isPersons(open) && !open.hadPlan) {
    wait(open, "manual", now);
    return decisions;
  }
  const planned = planSteps({
    ...sendFacts(state, campaign),
    now,
    orders: planOrders(state, open),
    contactFor: (step) => {
      const usable = usableChannel(step, state, policy);
      // A cap holds for the moment at which a send is decided.
      return usable.channel !== null || usable.why === "cap" ? "usable" : usable.why;
    },
  });
  const waits = isPaused(state, campaign) || policy.pausedChannels !== undefined;
  const rows = keepTimes || waits ? keepOverdue(open.rows, planned, now) : planned;
  open.rows = isPersons(open) ? rows.map(takenByPerson) : rows;
  open.whole = null;
  if (rows.length > 0) open.hadPlan = true;
  return decisions;
}

type CampaignCase = {
  readonly state: BuyerState;
  readonly policy: BuyerPolicy;
  readonly open: OpenCase;
  readonly campaign: Campaign;
  readonly now: number;
};

/** Rule 16. A case that was once kept from people stays so. */
function assign(theCase: CampaignCase, counting: readonly Order[]): void {
  const { state, open, campaign, now } = theCase;
  if (open.manual === null && open.keptAt != null) return;
  const manual = assigned(open, campaign, whyPersons(theCase, counting), now);
  if (open.manual === null && manual !== null && isKeptFromPeople(campaign, state.shop.id, state.bucket))
    open.keptAt = now;
  else open.manual = manual;
}

function whyPersons({ state, policy, open, campaign }: CampaignCase, counting: readonly Order[]): PersonsWhy | null {
  if (isDear(campaign, state.tier, counting)) return "high_value";
  const mayWait = campaign.manual?.noContact === true || open.manual?.why === "no_contact";
  return mayWait && counting.length > 0 && !hasAnyContact(campaign, state, policy) ? "no_contact" : null;
}

/** A person took the case after it had a plan: what is left of the plan is skipped at its times. */
function takenByPerson(row: PlannedRow): PlannedRow {
  return row.kind === "send" ? { ...row, kind: "skip", reason: "manual" } : row;
}

/** Rule 2: after a send the campaign stays while an order which that send named is still in the case. */
function stays(state: BuyerState, open: OpenCase, policy: BuyerPolicy): boolean {
  const key = open.campaign?.key;
  const current = policy.campaigns.find((campaign) => campaign.key === key);
  if (key === undefined || current === undefined) return false;
  open.campaign = current;
  return state.sends.some(
    (send) => send.caseId === open.id && send.campaign === key && send.orders.some((id) => open.members.includes(id)),
  );
}

function wait(open: OpenCase, reason: Reason, now: number): void {
  if (open.hadPlan) return;
  if (open.whole?.reason !== reason) open.whole = { reason, at: now };
}

function ordersOf(state: BuyerState, ids: readonly string[]): Order[] {
  const orders: Order[] = [];
  for (const id of ids) {
    const tracked = state.orders.get(id);
    if (tracked !== undefined) orders.push(tracked.order);
  }
  return orders;
}

/** Orders of a case that was handed back are planned as if they had been reported then. */
function planOrders(state: BuyerState, { counted, manual, hold }: OpenCase): PlanOrder[] {
  const orders: PlanOrder[] = [];
  const backAt = handedBackAt({ manual, hold });
  for (const id of counted) {
    const tracked = state.orders.get(id);
    if (tracked === undefined || tracked.order.createdAt === null) continue;
    const { createdAt, closesAt } = tracked.order;
    orders.push({
      id,
      createdAt,
      closesAt,
      reportedAt: Math.max(tracked.reportedAt ?? 0, backAt),
      settled: tracked.settled,
    });
  }
  return orders;
}
