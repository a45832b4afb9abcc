/** Dispatchers claim the attempts that follow a failed one: like src/dispatch/claim-retries.ts. */

import { usableChannel } from "../../../../src/core/rules/buyer-state.ts";
import { leaveBy } from "../../../../src/core/rules/decide.ts";
import { type UsableChannel, usefulUntil } from "../../../../src/core/rules/judge.ts";
import { concernsPlan, judgeRetry, setAside } from "../../../../src/core/rules/retry.ts";
import { channelsFrom } from "../../../../src/core/seams/channel-order.ts";
import type { Reason } from "../../../../src/core/values/reason.ts";
import { leaseMs } from "../../../../src/dispatch/deps.ts";
import type { Job, Process, Sim, Tx } from "../types.ts";
import {
  type BuyerRow,
  type Delivery,
  planAnew,
  type Reminder,
  setDelivery,
  setReminder,
  stands,
} from "../world/store.ts";
import { closeOf, newDelivery } from "./ledger.ts";
import { databaseNow, transact } from "./process.ts";
import { startJobs } from "./send.ts";

export function claimRetries(sim: Sim, process: Process): void {
  const { store, loop } = sim;
  const now = databaseNow(sim);
  const buyers = new Set<string>();
  for (const { retryAt, buyer } of store.waiting)
    if (retryAt !== null && retryAt <= now && !store.locks.has(buyer)) buyers.add(buyer);
  const askedAt = loop.now;
  for (const buyer of buyers)
    transact(
      sim,
      process,
      [buyer],
      (tx) => {
        const row = tx.row(buyer);
        const due = [...store.waiting].filter((each) => each.buyer === buyer && (each.retryAt ?? tx.now + 1) <= tx.now);
        due.sort((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1));
        const jobs = due.flatMap((reminder) => judge(sim, tx, row, reminder, askedAt) ?? []);
        if (jobs.some(({ campaign, step }) => concernsPlan(row.state.open, campaign.key, step, tx.now)))
          planAnew(row, tx.now);
        return jobs;
      },
      (ended) => {
        if (ended.ok) startJobs(sim, process, ended.value);
      },
    );
}

function judge(sim: Sim, tx: Tx, row: BuyerRow, reminder: Reminder, askedAt: number): Job | null {
  const { store, scene, trace, checks } = sim;
  const { state } = row;
  const { now, policy } = tx;
  const its = (store.deliveries.get(row.id) ?? []).filter((each) => each.reminder === reminder);
  const unknown = its.find(stands) ?? null;
  const retryChannel = reminder.retryChannel ?? "";
  const onChannel = its.filter(({ channel }) => channel === retryChannel);
  /** Writes only while the reminder still awaits its retry. */
  const update = (text: string, change: Parameters<typeof setReminder>[2]): void =>
    tx.write(() => {
      if (reminder.state !== "sending") return;
      trace.note(row.id, `${reminder.id} ${text}`);
      setReminder(store, reminder, change);
    });
  const end = (why: Reason): null => {
    const reason = unknown === null ? why : "unknown_outcome";
    if (unknown === null) checks.endedRetry(row, reminder, reason, tx);
    update(`ends: ${reason}`, { state: "skipped", reason, retryAt: null });
    if (unknown !== null) tx.write(() => setDelivery(store, unknown, { stored: null }));
    return null;
  };
  const campaign = policy.campaigns.find(({ key }) => key === reminder.campaign);
  const { caseId, orders, latest, step, dueAt } = reminder;
  if (campaign === undefined || step === null) return end("no_campaign");
  const retry = { step, at: dueAt, latest, caseId, orders };
  const usable = usableFor(sim, tx, row, reminder, unknown);
  const putBack = unknown === null ? () => {} : setAside(state, retry);
  const verdict = judgeRetry({ state, campaign, retry, usable, now });
  const isSame =
    verdict.kind === "send" &&
    verdict.channel === retryChannel &&
    verdict.orders.length === orders.length &&
    unknown?.stored === true;
  if (verdict.kind === "skip" || (verdict.kind === "send" && unknown !== null && !isSame)) {
    putBack();
    return end(verdict.kind === "skip" ? verdict.reason : "unknown_outcome");
  }
  if (verdict.kind === "defer") {
    putBack();
    update(`waits until ${verdict.until}`, { retryAt: verdict.until });
    return null;
  }
  const { channel } = verdict;
  const isAgain = channel === retryChannel && onChannel.length > 0;
  const attempt = isAgain ? (unknown?.attempt ?? onChannel.length) + 1 : 1;
  checks.claimed(row, { campaign, step, channel, orders: verdict.orders, owed: [], at: dueAt, caseId, reminder }, tx);
  update(`is tried again by ${channel}, decided ${now}`, { retryAt: null, orders: verdict.orders, decidedAt: now });
  state.sends.push({ at: now, campaign: campaign.key, step, caseId, orders: verdict.orders, dueAt });
  const delivery =
    unknown ?? newDelivery(sim, tx, { reminder, channel, attempt, key: isAgain ? (onChannel[0]?.key ?? null) : null });
  if (unknown !== null)
    tx.write(() =>
      setDelivery(store, unknown, { state: "claimed", attempt, leaseUntil: now + leaseMs(scene.channels) }),
    );
  return {
    ...{ buyer: row.id, reminder, delivery, campaign, step, channel, attempt, askedAt, latest },
    repeated: unknown !== null,
    until: usefulUntil(campaign, { at: dueAt, latest }),
    leaveBy: leaveBy({ state, policy, campaign }, { at: dueAt, latest, orders: verdict.orders }, now, "retry"),
    claimedAt: now,
    contacts: state.contacts,
    close: closeOf(state, verdict.orders),
  };
}

function usableFor(
  { scene }: Sim,
  { policy }: Tx,
  { state }: BuyerRow,
  reminder: Reminder,
  unknown: Delivery | null,
): UsableChannel {
  const retryChannel = reminder.retryChannel ?? "";
  const campaign = policy.campaigns.find(({ key }) => key === reminder.campaign);
  const step = campaign?.steps.find(({ id }) => id === reminder.step);
  if (step === undefined) return { channel: retryChannel };
  const channels = unknown === null ? channelsFrom(scene.channels, step, retryChannel) : [retryChannel];
  return usableChannel({ ...step, channels }, state, policy);
}
