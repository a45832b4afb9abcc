/** Asks the provider about messages of unknown outcome, where it can be asked: like src/receipts/lookups.ts. */
import { afterAnswer, FIRST_QUESTION } from "../../../../src/core/receipts/lookup.ts";
import type { LookupAnswer } from "../../../../src/core/seams/lookup.ts";
import { NO_RECEIPT } from "../../../../src/core/seams/receipt.ts";
import { DAY, MINUTE } from "../../../../src/core/values/duration.ts";
import type { Process, Sim, Tx } from "../types.ts";
import { type Delivery, planAnewWithout, setDelivery, setReminder } from "../world/store.ts";
import { databaseNow, transact, within } from "./process.ts";
import { goesOn, receive } from "./receipts.ts";

/** A question without an answer is put again after that time. */
const LEASE = MINUTE;

/** Does nothing for a message that nobody can be asked about. */
export function scheduleLookup({ store, scene }: Sim, delivery: Delivery, now: number): void {
  if (delivery.state !== "unknown" || scene.channels.get(delivery.channel)?.askable !== true) return;
  if (store.lookups.has(delivery)) return;
  const sentBy = Math.min(now, delivery.leaseUntil);
  store.lookups.set(delivery, {
    at: sentBy + FIRST_QUESTION,
    asked: { sentBy, asked: 0, absentAt: null, unanswered: 0 },
  });
}

export function askDue(sim: Sim, process: Process, now: number): void {
  const { store, dice, trace } = sim;
  for (const [delivery, lookup] of store.lookups) {
    if (lookup.at > now) continue;
    lookup.at = now + LEASE;
    within(sim, process, dice.int(1, 500), () => {
      const answer = answerOf(sim, delivery.key);
      const after = afterAnswer(lookup.asked, answer, databaseNow(sim), DAY);
      trace.note(delivery.reminder.buyer, `${delivery.id} is asked about: ${answer.kind}, ${after.kind}`);
      if (after.kind === "again") Object.assign(lookup, { at: after.at, asked: after.asked });
      else if (after.kind === "absent")
        transact(
          sim,
          process,
          [delivery.reminder.buyer],
          (tx) => writeAbsent(sim, tx, delivery),
          () => {},
        );
      else {
        store.lookups.delete(delivery);
        if (after.kind === "found") receive(sim, delivery.channel, after.receipt);
      }
    });
  }
}

/** The provider shows a message some minutes after it took it. */
function answerOf({ dice, taken, loop }: Sim, key: string): LookupAnswer {
  if (dice.hit("question not answered")) return { kind: "unanswered", code: "", message: "", retryAfterMs: null };
  const message = taken.get(key);
  if (message === undefined || message.shownAt > loop.now) return { kind: "absent" };
  const kind = message.reaches ? "delivered" : "failed";
  return { kind: "found", receipt: { ...NO_RECEIPT, kind, definite: !message.reaches, deliveryId: key } };
}

function writeAbsent(sim: Sim, tx: Tx, delivery: Delivery): void {
  const { store } = sim;
  tx.write(() => {
    if (!store.lookups.delete(delivery) || delivery.state !== "unknown") return;
    const after = goesOn(sim, tx, delivery, delivery.facts, "absent");
    setDelivery(store, delivery, { state: "failed-transient" });
    sim.trace.note(delivery.reminder.buyer, `${delivery.id} was never sent: ${after?.state} ${after?.reason}`);
    if (after === null) return;
    setReminder(store, delivery.reminder, after);
    planAnewWithout(store, delivery.reminder.buyer, tx.now);
  });
}
