/**
 * Checks the invariants against the truth: the events that were taken in, and the messages that
 * reached the buyer. The checks of one decision are in check-decisions.ts.
 */
import type { ReceivedEvent } from "../../../../src/core/order/order.ts";
import { MINUTE, SECOND } from "../../../../src/core/values/duration.ts";
import { REASONS, type Reason } from "../../../../src/core/values/reason.ts";
import { leaseMs } from "../../../../src/dispatch/deps.ts";
import type { Checks, Sim, Tx } from "../types.ts";
import { type BuyerRow, type Reminder, rootOf, sendsOf } from "../world/store.ts";
import { checkSend, checkSkip, tolerated } from "./decisions.ts";
import { fail } from "./invariants.ts";
import { isKeptFromPeopleBy, type OrderTruth, type Truths, truthOf } from "./truth.ts";

/** A dispatcher that lives needs so long at most: several looks, some of which fail or find the buyer locked. */
const PROMPT = 2 * MINUTE;

export function createChecks(sim: () => Sim): Checks {
  const answered: { readonly buyer: string; readonly event: ReceivedEvent }[] = [];
  const reached = new Map<Reminder, number>();
  const handedBack = new Set<string>();
  /** Everything that was overdue at the last look, and since when. */
  let overdue = new Map<string, number>();

  const truthsOf = ({ events }: BuyerRow): Truths =>
    new Map([...events].map(([id, list]) => [id, truthOf(list, sim().scene.shop.closeAfter)]));

  /** The reminders of the buyer that stand beside this one. */
  const sendsBut = (row: BuyerRow, reminder: Reminder | null) =>
    sendsOf(sim().store, row.id).filter(
      ({ failed, dueAt, step, caseId }) =>
        failed !== true &&
        !(reminder !== null && dueAt === reminder.dueAt && step === reminder.step && caseId === reminder.caseId),
    );

  function compareFolds({ id: buyer, state }: BuyerRow, truths: Truths): void {
    for (const [id, truth] of truths) {
      const order = state.orders.get(id)?.order;
      if (order === undefined) fail("lost", buyer, `order ${id} is not among the buyer's`);
      const is = [order.amount, order.createdAt, order.closesAt, order.paidAt, order.refundedAt, order.closedAt];
      const should = [truth.amount, truth.createdAt, truth.closesAt, truth.paidAt, truth.refundedAt, truth.closedAt];
      const same = is.every((value, at) => value === should[at]);
      if (!same || (order.chaseFrom !== null) !== truth.mayBeChased || order.tags.join() !== truth.tags.join())
        fail("order", buyer, `order ${id} is ${JSON.stringify(order)}, and should be ${JSON.stringify(truth)}`);
    }
  }

  return {
    answered: (buyer, event) => void answered.push({ buyer, event }),
    decided(row, decisions, tx, replanned = false) {
      if (decisions.length === 0) return;
      const truths = truthsOf(row);
      const sends = sendsBut(row, null);
      const { scene } = sim();
      for (const decision of decisions) {
        const { kind, reason, campaign, step, at, caseId, orders, row: planned } = decision;
        if ((kind === "send") !== (reason === null) || (reason !== null && !REASONS.includes(reason)))
          fail("reason", row.id, `${step} is a ${kind} with the reason ${reason}`);
        const facts = { scene, row, truths, sends, tx, replanned };
        const owed = planned?.owed.map(({ order }) => order) ?? [];
        if (kind === "send" && campaign !== null && step !== null && decision.channel !== null)
          checkSend(facts, {
            campaign,
            step,
            channel: decision.channel,
            orders,
            owed,
            at: planned?.at ?? at,
            caseId,
            reminder: null,
          });
        else checkSkip(facts, decision);
        if ((kind === "send" || reason === "holdout") && campaign !== null && step !== null)
          sends.push({ at, campaign: campaign.key, step, caseId, orders, owed, dueAt: planned?.at ?? at });
      }
    },
    claimed(row, claimed, tx) {
      const { scene } = sim();
      checkSend(
        { scene, row, truths: truthsOf(row), sends: sendsBut(row, claimed.reminder), tx, replanned: false },
        claimed,
      );
    },
    endedRetry(row, { orders, step }, reason) {
      const truths = truthsOf(row);
      const its = orders.map((id) => truths.get(id));
      const ends: Partial<Record<Reason, boolean>> = {
        paid: its.some((truth) => truth?.paidAt != null),
        refunded: its.some((truth) => truth?.refundedAt != null),
        closed: its.some((truth) => truth?.closedAt != null),
        excluded: its.some((truth) => truth?.mayBeChased === false),
      };
      if (!REASONS.includes(reason) || ends[reason] === false)
        fail("reason", row.id, `retry of ${step} ends as ${reason}`);
    },
    planned(row, tx) {
      const { open } = row.state;
      const truths = truthsOf(row);
      compareFolds(row, truths);
      const isOpen = (truth: OrderTruth): boolean =>
        truth.amount !== null &&
        truth.mayBeChased &&
        truth.paidAt === null &&
        truth.refundedAt === null &&
        truth.closedAt === null;
      for (const [id, truth] of truths) {
        const isMember = open?.members.includes(id) === true;
        if (isOpen(truth) && (truth.closesAt ?? tx.now + 1) > tx.now && !isMember)
          fail("lost", row.id, `order ${id} is unpaid and in no case`);
        if (isMember && (!isOpen(truth) || (truth.closesAt ?? tx.now) < tx.now))
          fail("silence", row.id, `order ${id} is over and still in the case`);
      }
      if (open === null) return;
      const steps = open.rows.map(({ step }) => step);
      if (new Set(steps).size !== steps.length)
        fail("twice", row.id, `two planned rows for one step: ${steps.join(" ")}`);
      if (open.rows.some(({ kind, reason }) => (kind === "skip") !== (reason !== null)))
        fail("reason", row.id, "a planned skip without a reason, or a send with one");
      if (open.rows.length > 0 && row.wakeAt === null) fail("prompt", row.id, "a planned row that nobody wakes for");
      checkPerson(row, truths, tx);
    },
    left(job) {
      const { scene, loop } = sim();
      const { claimedAt, askedAt, campaign, close, until } = job;
      const now = claimedAt + (loop.now - askedAt);
      const grace = tolerated(campaign) + SECOND / 2;
      if (now > close || now > Math.min(close - campaign.minLead, until) + grace)
        fail(
          "close",
          job.buyer,
          `${job.reminder.id} leaves at ${now}: useful until ${until}, its orders close at ${close}`,
        );
      const timeout = scene.channels.get(job.channel)?.timeoutMs ?? 0;
      if (loop.now > askedAt + leaseMs(scene.channels) - timeout)
        fail(
          "twice",
          job.buyer,
          `${job.reminder.id} leaves ${loop.now - askedAt} ms after its claim, which has a lease`,
        );
    },
    reached({ reminder, buyer, channel }) {
      const times = (reached.get(reminder) ?? 0) + 1;
      reached.set(reminder, times);
      if (times > 1) fail("twice", buyer, `${reminder.id} reaches the buyer once more, by ${channel}`);
    },
    tick() {
      const { store, processes, loop, ahead } = sim();
      const before = overdue;
      overdue = new Map();
      /** Something that is due, for as long as it was found so. */
      const due = (buyer: string, what: string, at: number | null | undefined): void => {
        if (at == null || at >= loop.now + ahead) return;
        const key = `${buyer} ${what} ${at}`;
        const since = before.get(key) ?? loop.now;
        overdue.set(key, since);
        const up = processes.map((each) => (each.dispatches && each.isUp ? each.availableSince : loop.now));
        if (loop.now - Math.max(since, Math.min(...up)) > PROMPT) fail("prompt", buyer, `${what} is due since ${at}`);
      };
      for (const { id, wakeAt, state } of store.buyers.values()) {
        const { open } = state;
        due(id, "the buyer", wakeAt);
        due(id, "the handing back of the case", open?.manual?.isBack === false ? open.manual.backAt : null);
        due(id, "the end of a hold", open?.hold?.isOver === false ? open.hold.until : null);
        const { paused, pausedMethods } = state.shop;
        const waits = open?.campaign?.paused === true || paused === true || pausedMethods !== undefined;
        if (!waits) for (const row of open?.rows ?? []) due(id, `step ${row.step}`, row.at);
        for (const each of open?.members ?? []) due(id, `the close of ${each}`, state.orders.get(each)?.order.closesAt);
      }
      for (const { id, buyer, retryAt } of store.waiting) due(buyer, `the retry of ${id}`, retryAt);
      for (const { reminder, leaseUntil } of store.claimed)
        due(reminder.buyer, `the end of the lease of ${reminder.id}`, leaseUntil);
    },
    end() {
      const { store, scene } = sim();
      const told = new Map<string, ReceivedEvent[]>();
      for (const { kind, event, buyer } of scene.happenings.map(({ told: each, buyer: whose }) => ({
        kind: each.kind,
        event: each.kind === "event" ? each.event : null,
        buyer: whose,
      }))) {
        if (kind !== "event" || event === null) continue;
        if (store.buyers.get(rootOf(store, buyer))?.seen.has(event.id) !== true)
          fail("lost", buyer, `${event.id} was never taken in`);
        told.set(event.order.id, [...(told.get(event.order.id) ?? []), event]);
      }
      for (const { buyer, event } of answered)
        if (store.buyers.get(rootOf(store, buyer))?.seen.has(event.id) !== true)
          fail("lost", buyer, `${event.id} was answered and is lost`);
      for (const row of store.buyers.values()) {
        const its = [...told].filter(([id]) => rootOf(store, id.slice(0, id.indexOf("-"))) === row.id);
        compareFolds(row, new Map(its.map(([id, events]) => [id, truthOf(events, scene.shop.closeAfter)])));
        const all = store.reminders.get(row.id) ?? [];
        const sent = all.filter(({ state }) => state === "sent");
        const skipped = all.filter(({ state, reason }) => state === "skipped" && reason !== null);
        if (sent.length + skipped.length !== all.length)
          fail("sums", row.id, `${all.length} reminders, ${sent.length} sent, ${skipped.length} skipped with a reason`);
        for (const reminder of all) {
          const times = reached.get(reminder) ?? 0;
          const says = reminder.state === "sent" ? "sent" : `${reminder.reason}`;
          if ((says === "sent" && times === 0) || (times > 0 && says !== "sent" && says !== "unknown_outcome"))
            fail("sums", row.id, `${reminder.id} ended as ${says} and reached the buyer ${times} times`);
        }
      }
      if (store.claimed.size + store.waiting.size > 0) fail("lost", null, "a reminder is still under way");
    },
  };

  /** Rule 16. */
  function checkPerson({ id: buyer, state: { open, bucket } }: BuyerRow, truths: Truths, tx: Tx): void {
    if (open?.campaign == null) return;
    const campaigns = sim().scene.revisions.flatMap((revision) => revision.campaigns);
    const { manual } = open.campaign;
    const sum = open.counted.reduce((total, id) => total + (truths.get(id)?.amount ?? 0), 0);
    if (
      manual?.amountAtLeast != null &&
      sum >= Number(manual.amountAtLeast) * 100 &&
      open.manual === null &&
      open.keptAt == null
    )
      fail("alone", buyer, `the case costs ${sum} and is nobody's`);

    /** The least that any campaign ever said. */
    const soonest = Math.min(...campaigns.flatMap((each) => each.manual?.handBackAfter ?? []));
    const isMerged = [...sim().store.merged.values()].includes(buyer);
    if (
      open.keptAt != null &&
      !isMerged &&
      !campaigns.some((each) => isKeptFromPeopleBy(each, sim().scene.shop.id, bucket))
    )
      fail("alone", buyer, "the case is kept from people, and its buyer is not one of those");
    if (open.manual?.isBack === true) {
      tx.write(() => void handedBack.add(open.id));
      if ((open.manual.backAt ?? 0) < open.manual.since + soonest)
        fail("alone", buyer, "the case was handed back too early");
    } else if (handedBack.has(open.id))
      fail("alone", buyer, "the case was handed back before, and is a person's again");
  }
}
