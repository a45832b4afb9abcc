/** Applies what the provider reports later: like src/receipts. */
import { addReceipt, effectOf, type ReceiptFacts } from "../../../../src/core/receipts/facts.ts";
import type { Receipt } from "../../../../src/core/seams/receipt.ts";
import { MINUTE, SECOND } from "../../../../src/core/values/duration.ts";
import { afterFailure } from "../../../../src/receipts/after-failure.ts";
import type { Sim, Tx } from "../types.ts";
import { type Delivery, planAnewWithout, type Reminder, setDelivery, setReminder, stands } from "../world/store.ts";
import { databaseNow, transact, within } from "./process.ts";

const KEEP_UNMATCHED = 15 * MINUTE;

/** Is kept and tried again while its delivery is not known, or its answer is not recorded. */
export function receive(sim: Sim, channel: string, receipt: Receipt, tries = 0, since = sim.loop.now): void {
  const { loop, dice, store, processes } = sim;
  let taken = false;
  const again = (): void => {
    if (taken) return;
    taken = true;
    loop.after(Math.min((SECOND / 2) * 2 ** tries, MINUTE), () => receive(sim, channel, receipt, tries + 1, since));
  };
  // A provider that gets no answer reports it again.
  loop.after(30 * SECOND, again);
  const process = dice.pick(processes.filter(({ dispatches }) => !dispatches));
  if (!process.isUp) {
    again();
    return;
  }
  within(sim, process, 1, () => {
    const delivery = match(sim, channel, receipt.deliveryId ?? "");
    if (delivery === null) {
      if (loop.now - since < KEEP_UNMATCHED) again();
      taken = true;
      return;
    }
    const facts = addReceipt(delivery.facts, receipt, databaseNow(sim));
    const effect = effectOf(delivery.state, facts);
    if (effect === "wait") again();
    else if (effect === "note") {
      taken = true;
      setDelivery(store, delivery, { facts });
    } else
      transact(
        sim,
        process,
        [delivery.reminder.buyer],
        (tx) => turn(sim, tx, delivery, receipt),
        ({ ok }) => {
          if (ok) taken = true;
          else again();
        },
      );
  });
}

/** The receipt is about the attempt on that channel that stands, else about the last one. */
function match({ store }: Sim, channel: string, key: string): Delivery | null {
  const named = store.byId.get(key);
  if (named === undefined || named.channel !== channel) return null;
  const its = (store.deliveries.get(named.reminder.buyer) ?? []).filter(
    (each) => each.reminder === named.reminder && each.channel === channel,
  );
  return its.find(stands) ?? its.at(-1) ?? null;
}

/** Like src/receipts/turns.ts. */
function turn(sim: Sim, tx: Tx, delivery: Delivery, receipt: Receipt): void {
  const { store, trace } = sim;
  tx.write(() => {
    const { reminder } = delivery;
    const facts = addReceipt(delivery.facts, receipt, tx.now);
    const effect = effectOf(delivery.state, facts);
    const its = store.deliveries.get(reminder.buyer) ?? [];
    const other = its.some((each) => each !== delivery && each.reminder === reminder && stands(each));
    const isSent = effect === "sent" && !other;
    const state = effect === "failed" ? "failed-permanent" : isSent ? "accepted" : delivery.state;
    const after = effect === "failed" ? goesOn(sim, tx, delivery, facts, "refused") : null;
    setDelivery(store, delivery, { facts, state });
    trace.note(reminder.buyer, `${reminder.id} ${delivery.id} receipt: ${receipt.kind}, now ${state}`);
    if (isSent) setReminder(store, reminder, { state: "sent", reason: null, retryAt: null, retryChannel: null });
    if (after === null) return;
    setReminder(store, reminder, after);
    planAnewWithout(store, reminder.buyer, tx.now);
  });
}

/** Decides on a reminder whose attempt did not reach the buyer; null: nothing. */
export function goesOn(
  { store, scene }: Sim,
  tx: Tx,
  { reminder, id, channel, state }: Delivery,
  facts: ReceiptFacts,
  failure: "refused" | "absent",
): Pick<Reminder, "state" | "reason" | "retryAt" | "retryChannel"> | null {
  const its = store.deliveries.get(reminder.buyer) ?? [];
  const row = tx.row(reminder.buyer);
  const after = afterFailure(
    { channels: scene.channels, policy: () => tx.policy },
    {
      ...{ shop: scene.shop.id, id, channel, state, facts, segments: null, reminder_id: reminder.id },
      ...{ reminder_state: reminder.state, reason: reminder.reason, buyer_id: reminder.buyer },
      ...{ campaign: reminder.campaign, step: reminder.step, due_at: reminder.dueAt, latest: reminder.latest },
      ...{ retry_channel: reminder.retryChannel, waits: reminder.retryAt !== null },
      ...{ claimed_at: reminder.decidedAt, now: tx.now },
      other_stands: its.some((each) => each.id !== id && each.reminder === reminder && stands(each)),
    },
    [...row.state.contacts].map(([kind, { suppressed, reportedAt, reportedId }]) => ({
      ...{ shop_id: scene.shop.id, buyer_id: row.id, kind, suppressed, told_at: reportedAt, told_id: reportedId },
    })),
    failure,
  );
  if (after === null) return null;
  return { ...after, reason: after.reason as Reminder["reason"] };
}
