/** Dispatchers decide what is due, and claim the sends: like src/dispatch/claim.ts. */
import { advance, nextWake, touch } from "../../../../src/core/rules/buyer.ts";
import { leaveBy } from "../../../../src/core/rules/decide.ts";
import { usefulUntil } from "../../../../src/core/rules/judge.ts";
import { rescue } from "../../../../src/core/rules/retry.ts";
import type { Job, Process, Sim, Tx } from "../types.ts";
import { planAnewWithout, setDelivery, setReminder } from "../world/store.ts";
import { closeOf, nudge, writeDecisions } from "./ledger.ts";
import { askDue, scheduleLookup } from "./lookups.ts";
import { databaseNow, transact } from "./process.ts";
import { claimRetries } from "./retries.ts";
import { startJobs } from "./send.ts";

const AT_ONCE = 3;

/** Looks for everything that is due: also what no nudge named. */
export function sweep(sim: Sim, process: Process): void {
  const now = databaseNow(sim);
  process.sweptAt = sim.loop.now;
  rescueExpired(sim, process, now);
  askDue(sim, process, now);
  claimRetries(sim, process);
  claimDue(sim, process);
}

export function claimDue(sim: Sim, process: Process): void {
  const { store } = sim;
  const now = databaseNow(sim);
  const due = [...store.buyers.values()].filter(
    ({ id, wakeAt }) => wakeAt !== null && wakeAt <= now && !store.locks.has(id),
  );
  if (due.length === 0) return;
  const taken = due.sort((a, b) => (a.wakeAt ?? 0) - (b.wakeAt ?? 0)).slice(0, AT_ONCE);
  const ids = taken.map(({ id }) => id);
  const askedAt = sim.loop.now;
  transact(
    sim,
    process,
    ids,
    (tx) => ids.flatMap((id) => decide(sim, tx, id, askedAt)),
    (ended) => {
      if (!ended.ok) return;
      for (const id of ids) nudge(sim, process, id);
      startJobs(sim, process, ended.value);
    },
  );
}

function decide(sim: Sim, tx: Tx, id: string, askedAt: number): Job[] {
  const row = tx.row(id);
  const { state } = row;
  const decisions = row.touched ? touch(state, tx.policy, tx.now, true) : [];
  sim.checks.decided(row, decisions, tx, true);
  const due = advance(state, tx.policy, tx.now);
  decisions.push(...due);
  row.touched = false;
  row.wakeAt = nextWake(state, tx.now);
  sim.checks.decided(row, due, tx);
  sim.checks.planned(row, tx);
  return writeDecisions(sim, tx, row, decisions).map(({ decision, reminder, delivery }) => {
    const { campaign, channel, row: planned } = decision;
    if (campaign === null || channel === null || planned === null) throw new Error("a send has a campaign and a row");
    return {
      buyer: id,
      reminder,
      delivery,
      campaign,
      step: planned.step,
      channel,
      attempt: 1,
      repeated: false,
      until: usefulUntil(campaign, planned),
      latest: planned.latest,
      leaveBy: leaveBy(
        { state, policy: tx.policy, campaign },
        { ...planned, orders: decision.orders },
        tx.now,
        "first",
      ),
      claimedAt: tx.now,
      askedAt,
      contacts: state.contacts,
      close: closeOf(state, decision.orders),
    };
  });
}

/** Gives up the claims whose leases ran out: like `giveUpExpired`. */
function rescueExpired(sim: Sim, process: Process, now: number): void {
  const { store, trace } = sim;
  for (const { reminder, leaseUntil } of [...store.claimed]) {
    if (leaseUntil >= now || store.locks.has(reminder.buyer)) continue;
    transact(
      sim,
      process,
      [reminder.buyer],
      (tx) =>
        tx.write(() => {
          for (const delivery of [...store.claimed]) {
            if (delivery.reminder !== reminder || delivery.leaseUntil >= tx.now) continue;
            const { state, reason } = rescue();
            const unsent = delivery.stored === false;
            const again = delivery.stored === true;
            trace.note(reminder.buyer, `${reminder.id} ${delivery.id} is given up${unsent ? ", unsent" : ""}`);
            setDelivery(store, delivery, { state: unsent ? "failed-transient" : state });
            scheduleLookup(sim, delivery, tx.now);
            if (reminder.state !== "sending") continue;
            const next = unsent || again ? delivery.channel : null;
            if (next === null)
              setReminder(store, reminder, { state: "skipped", reason, retryAt: null, retryChannel: null });
            else setReminder(store, reminder, { retryAt: tx.now, retryChannel: next });
            if (unsent) planAnewWithout(store, reminder.buyer, tx.now);
          }
        }),
      () => {},
    );
  }
}
