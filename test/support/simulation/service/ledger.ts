/** Writes what was decided into the ledger, and asks the queue to wake a dispatcher for what is left. */
import type { BuyerState, Decision } from "../../../../src/core/rules/buyer-state.ts";
import { MINUTE, SECOND } from "../../../../src/core/values/duration.ts";
import { leaseMs } from "../../../../src/dispatch/deps.ts";
import type { Process, Sim, Tx } from "../types.ts";
import { type BuyerRow, type Delivery, type Reminder, rootOf } from "../world/store.ts";
import { databaseNow, within } from "./process.ts";

export const closeOf = ({ orders }: BuyerState, ids: readonly string[]): number =>
  Math.min(...ids.map((id) => orders.get(id)?.order.closesAt ?? Number.POSITIVE_INFINITY));

type Claim = { readonly decision: Decision; readonly reminder: Reminder; readonly delivery: Delivery };

/** Adds the decided reminders to the ledger, and the deliveries of those that are sent. */
export function writeDecisions(sim: Sim, tx: Tx, row: BuyerRow, decisions: readonly Decision[]): Claim[] {
  const claims: Claim[] = [];
  for (const decision of decisions) {
    const isSend = decision.kind === "send";
    const reminder: Reminder = {
      id: sim.newId(),
      buyer: row.id,
      caseId: decision.caseId,
      campaign: decision.campaign?.key ?? null,
      step: decision.step,
      state: isSend ? "sending" : "skipped",
      reason: decision.reason,
      dueAt: decision.row?.at ?? decision.at,
      decidedAt: decision.at,
      latest: decision.row?.latest ?? null,
      orders: decision.orders,
      owed: decision.row?.owed.map(({ order }) => order) ?? [],
      variant: decision.variant,
      retryAt: null,
      retryChannel: null,
    };
    tx.write(() => {
      sim.store.reminders.get(row.id)?.push(reminder);
      sim.trace.note(
        row.id,
        `${reminder.id} ${decision.step ?? "case"} ${decision.reason ?? `sends by ${decision.channel}`}, due ${reminder.dueAt}, decided ${decision.at} (${decision.orders.join(" ")})`,
      );
    });
    if (!isSend || decision.channel === null) continue;
    const delivery = newDelivery(sim, tx, { reminder, channel: decision.channel, key: null, attempt: 1 });
    claims.push({ decision, reminder, delivery });
  }
  return claims;
}

export function newDelivery(
  sim: Sim,
  tx: Tx,
  {
    reminder,
    channel,
    key,
    attempt,
  }: Pick<Delivery, "reminder" | "channel" | "attempt"> & { readonly key: string | null },
): Delivery {
  const { store, scene } = sim;
  const id = sim.newId();
  const delivery: Delivery = {
    ...{ id, reminder, channel, attempt, key: key ?? id, facts: {} },
    state: "claimed",
    leaseUntil: tx.now + leaseMs(scene.channels),
    stored: scene.channels.get(channel)?.idempotent === true ? false : null,
  };
  tx.write(() => {
    store.deliveries.get(reminder.buyer)?.push(delivery);
    store.byId.set(id, delivery);
    store.claimed.add(delivery);
  });
  return delivery;
}

/** Asks the queue to wake a dispatcher when the buyer is due. The queue may lose or double that; its delay is by the clock of the process. */
export function nudge(sim: Sim, process: Process, buyer: string): void {
  const { dice, loop, store, processes } = sim;
  const wakeAt = store.buyers.get(rootOf(store, buyer))?.wakeAt ?? null;
  if (wakeAt === null || dice.hit("nudge lost")) return;
  if (process.skew !== 0) dice.note("clock of the worker wrong");
  const { queue } = sim;
  const fire = (): void => {
    const worker = dice.pick(processes.filter(({ dispatches }) => dispatches));
    if (sim.queue === queue && worker.isUp) within(sim, worker, dice.int(0, 20), () => sim.wake(worker));
  };
  const inMs = Math.max(0, wakeAt - databaseNow(sim) - process.skew);
  loop.after(inMs + (dice.hit("nudge late") ? dice.int(1, 300) * SECOND : 0), fire);
  if (dice.hit("nudge doubled")) loop.after(inMs + dice.pick([0, 1, SECOND, MINUTE]), fire);
}
