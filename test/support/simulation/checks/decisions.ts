/** Checks one decision: a send against every rule that forbids one, a skip against its reason (docs/rules.md). */
import type { BuyerSend, Decision } from "../../../../src/core/rules/buyer-state.ts";
import { SECOND } from "../../../../src/core/values/duration.ts";
import type { Campaign } from "../../../../src/core/values/policy.ts";
import type { Reason } from "../../../../src/core/values/reason.ts";
import type { Claimed, Tx } from "../types.ts";
import type { Scene } from "../world/scene.ts";
import type { BuyerRow, StoredSend } from "../world/store.ts";
import { fail } from "./invariants.ts";
import { isHeldOutBy, isQuietAt, type Truths } from "./truth.ts";

export type DecisionFacts = {
  readonly scene: Scene;
  readonly row: BuyerRow;
  readonly truths: Truths;
  /** The standing sends beside this one. */
  readonly sends: readonly StoredSend[];
  readonly tx: Tx;
  readonly replanned: boolean;
};

/** So late a row is still decided as of its own time. */
export const tolerated = ({ minLead }: Pick<Campaign, "minLead">): number => Math.min(5 * SECOND, minLead / 2);

const quietAt = ({ scene, row }: DecisionFacts, { quietHours }: Campaign, at: number): boolean =>
  isQuietAt(
    quietHours === "off" ? null : (quietHours ?? scene.shop.quietHours),
    row.state.zone ?? scene.shop.timeZone,
    at,
  );

function lastPayment({ truths }: DecisionFacts): number {
  let last = Number.NEGATIVE_INFINITY;
  for (const { paidAt, refundedAt, cashOnDelivery } of truths.values())
    if (paidAt !== null && refundedAt === null && !cashOnDelivery) last = Math.max(last, paidAt);
  return last;
}

const within = (sends: readonly BuyerSend[], { limits: { per } }: Campaign, at: number): number =>
  sends.filter((send) => send.at > at - per && send.at <= at).length;

const contactsOf = ({ scene, row }: DecisionFacts, channel: string) =>
  (scene.channels.get(channel)?.contacts ?? []).flatMap((kind) => {
    const found = row.state.contacts.get(kind === "chat" ? "chat.wechat" : kind);
    return found === undefined ? [] : found;
  });

export function checkSend(facts: DecisionFacts, send: Claimed): void {
  const { row, truths, sends, tx, scene } = facts;
  const { campaign, step, channel, orders, at, caseId, reminder } = send;
  const { now } = tx;
  const { open } = row.state;
  const its = `${reminder === null ? "" : `retry of ${reminder.id} `}${step}`;
  if (orders.length === 0) fail("reason", row.id, `${its} names no order`);
  for (const id of orders) {
    const truth = truths.get(id);
    if (truth === undefined || truth.paidAt !== null || truth.refundedAt !== null || !truth.mayBeChased)
      fail("silence", row.id, `${its} is sent for ${id}, which is ${JSON.stringify(truth)}`);
    const latest = (truth.closesAt ?? now) - (truth.closesAt === null ? 0 : campaign.minLead);
    if (truth.closedAt !== null || now > latest + tolerated(campaign))
      fail("close", row.id, `${its} is sent for ${id} at ${now}, which is ${JSON.stringify(truth)}`);
  }
  const paidAt = lastPayment(facts);
  if (campaign.paidSilence !== null && now < paidAt + campaign.paidSilence)
    fail("silence", row.id, `${its} is sent at ${now}, the buyer paid at ${paidAt}`);
  for (const other of sends) {
    const isSame = other.campaign === campaign.key && other.step === step;
    if (isSame && now < other.at + campaign.repeatAfter)
      fail("limits", row.id, `${its} was sent at ${other.at} before`);
    if (now < other.at + campaign.limits.gap) fail("limits", row.id, `${its} is too near to the send of ${other.at}`);
  }
  checkSequence(facts, send);
  const isAsPlanned = reminder === null && now - at <= tolerated(campaign);
  if (
    within(sends, campaign, now) >= campaign.limits.max &&
    !(isAsPlanned && within(sends, campaign, at) < campaign.limits.max)
  )
    fail("limits", row.id, `${its} is over the cap of ${campaign.limits.max}`);
  if (quietAt(facts, campaign, now) && !(isAsPlanned && !quietAt(facts, campaign, at)))
    fail("quiet", row.id, `${its} is sent at ${now}, planned for ${at}`);
  const contacts = contactsOf(facts, channel);
  if (contacts.length === 0 || contacts.every(({ suppressed }) => suppressed))
    fail("alone", row.id, `${its} goes to a contact that is suppressed, or none, by ${channel}`);
  const promise = open?.id === caseId ? open.promise : null;
  if (promise !== null && now < promise.at) fail("alone", row.id, `${its} is sent before ${promise.at}, the promise`);
  if (open?.id === caseId && (open.manual?.isBack === false || (open.hold?.isOver === false && open.hold.until > now)))
    fail("alone", row.id, `${its} is sent of a case that is a person's`);
  if (isHeldOutBy(campaign, scene.shop.id, row.state.bucket))
    fail("alone", row.id, `${its} is sent to a held-out buyer`);
  const { paused, pausedMethods } = row.state.shop;
  if (campaign.paused === true || paused === true) fail("alone", row.id, `${its} is sent of a paused campaign`);
  if (orders.some((id) => pausedMethods?.has(truths.get(id)?.method ?? "") === true))
    fail("alone", row.id, `${its} is sent for an order whose payment method is paused`);
}

/** A later reminder of the case takes the place of an earlier one (rules 12 and 14). */
function checkSequence({ row, sends, scene, truths }: DecisionFacts, send: Claimed): void {
  const { campaign, step, owed, at, caseId, reminder } = send;
  const its = sends.filter((other) => other.caseId === caseId);
  if (reminder !== null && its.some(({ dueAt }) => dueAt > at))
    fail("limits", row.id, `the retry of ${step}, planned for ${at}, follows a later reminder`);
  // A step may be owed again when its time moves: then it is not known here which was the first.
  const index = campaign.steps.findIndex(({ id }) => id === step);
  if (reminder !== null || campaign.steps[index]?.at.kind !== "afterCreated" || scene.revisions.length > 1) return;
  for (const other of its) {
    const later = campaign.steps.slice(index + 1).find(({ id }) => id === other.step);
    if (other.campaign !== campaign.key || later?.at.kind !== "afterCreated") continue;
    for (const id of owed) {
      const { createdAt = null, freedAt = null } = truths.get(id) ?? {};
      if (createdAt === null || freedAt !== null || !other.owed.includes(id)) continue;
      if (createdAt + later.at.ms < other.dueAt + campaign.repeatAfter)
        fail("limits", row.id, `${step} of ${id} follows ${other.step}, which is a later step`);
    }
  }
}

type Skip = { readonly decision: Decision; readonly campaign: Campaign; readonly at: number };

/** The facts that must be true for a reason. Reasons about other rows and about attempts are not here. */
const GROUNDS: Partial<Record<Reason, (facts: DecisionFacts, skip: Skip) => boolean>> = {
  paid_other_order: (facts, { campaign, at }) =>
    campaign.paidSilence !== null && at < lastPayment(facts) + campaign.paidSilence,
  recent: ({ sends }, { campaign, decision, at }) =>
    sends.some(
      (send) => send.campaign === campaign.key && send.step === decision.step && at < send.at + campaign.repeatAfter,
    ),
  gap: ({ sends }, { campaign, at }) => sends.some((send) => at < send.at + campaign.limits.gap),
  cap: ({ sends, tx }, { campaign, at }) =>
    within(sends, campaign, at) >= campaign.limits.max || within(sends, campaign, tx.now) >= campaign.limits.max,
  quiet_hours: (facts, { campaign, at }) =>
    quietAt(facts, campaign, at) || quietAt(facts, campaign, facts.tx.now) || facts.row.state.open?.promise != null,
  holdout: ({ scene, row }, { campaign }) => isHeldOutBy(campaign, scene.shop.id, row.state.bucket),
  manual: ({ row }, { at }) => {
    const { manual = null, hold = null } = row.state.open ?? {};
    const left = manual !== null && (!manual.isBack || at < (manual.backAt ?? 0));
    return left || (hold !== null && (!hold.isOver || at < hold.until));
  },
  promised: ({ row }, { decision }) =>
    decision.row?.latest != null &&
    (row.state.open === null || (row.state.open.promise?.at ?? 0) > decision.row.latest),
  no_time: (_, { decision }) => decision.row?.latest !== null,
  stale: ({ row, tx }, { campaign, decision, at }) => {
    const reported = decision.orders.map((id) => row.state.orders.get(id)?.reportedAt ?? 0);
    const { manual = null, hold = null } = row.state.open ?? {};
    const back = Math.max(manual?.backAt ?? 0, hold?.isOver === true ? hold.until : 0);
    return Math.max(tx.now, back, ...reported) - at > campaign.staleAfter;
  },
  suppressed: (facts, skip) => isUnreachable(facts, skip) && hasSuppressed(facts, skip),
  no_contact: (facts, skip) => isUnreachable(facts, skip) && !hasSuppressed(facts, skip),
  campaign_paused: ({ scene }, { campaign }) =>
    scene.revisions.some(
      ({ shop, campaigns }) =>
        shop.paused === true ||
        shop.pausedMethods !== undefined ||
        campaigns.some(({ key, paused }) => key === campaign.key && paused === true),
    ),
};

const contactsOfStep = (facts: DecisionFacts, { campaign, decision }: Skip) =>
  (campaign.steps.find(({ id }) => id === decision.step)?.channels ?? []).flatMap((channel) =>
    contactsOf(facts, channel),
  );
const isUnreachable = (facts: DecisionFacts, skip: Skip) =>
  contactsOfStep(facts, skip).every(({ suppressed }) => suppressed);
const hasSuppressed = (facts: DecisionFacts, skip: Skip) =>
  contactsOfStep(facts, skip).some(({ suppressed }) => suppressed);

export function checkSkip(facts: DecisionFacts, decision: Decision): void {
  const { row, truths, tx, replanned } = facts;
  const { reason, campaign, step, row: planned } = decision;
  if (reason === null) return;
  const all = [...truths.values()];
  const isTrue = {
    paid: all.some(({ paidAt }) => paidAt !== null),
    refunded: all.some(({ refundedAt }) => refundedAt !== null),
    closed: all.some(
      ({ paidAt, refundedAt, closedAt, closesAt }) =>
        closedAt !== null || paidAt !== null || refundedAt !== null || (closesAt ?? tx.now + 1) <= tx.now,
    ),
    excluded:
      all.some(({ mayBeChased }) => !mayBeChased) || tx.policy.campaigns.some(({ exclude }) => exclude !== null),
  };
  if (isTrue[reason as keyof typeof isTrue] === false)
    fail("reason", row.id, `${step ?? "the case"} is skipped as ${reason}: ${JSON.stringify(all)}`);
  const ground = GROUNDS[reason];
  if (ground === undefined || campaign === null || planned === null) return;
  // When a case or a plan ends, a planned skip keeps the reason that it had (rules 2 and 13).
  if (replanned || row.state.open?.id !== decision.caseId || tx.now < planned.at) return;
  if (!ground(facts, { decision, campaign, at: planned.at }))
    fail("reason", row.id, `${step} of ${planned.at} is skipped as ${reason}, decided ${tx.now}`);
}
