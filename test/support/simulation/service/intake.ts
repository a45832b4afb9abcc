/** Shops tell what happened until they are answered, people promise and opt out, and intake folds it into the buyers. */
import { KEPT } from "../../../../src/core/desk/words.ts";
import { compareEvents, foldOrder } from "../../../../src/core/order/order.ts";
import { applyChange, nextWake, touch } from "../../../../src/core/rules/buyer.ts";
import type { Decision } from "../../../../src/core/rules/buyer-state.ts";
import { isLaterContact } from "../../../../src/core/rules/buyer-state.ts";
import { mergeBuyers, setContact } from "../../../../src/core/rules/merge.ts";
import { HOUR, MINUTE, SECOND } from "../../../../src/core/values/duration.ts";
import type { Sim, Tx } from "../types.ts";
import type { Post, Told } from "../world/scene.ts";
import { type BuyerRow, planAnew } from "../world/store.ts";
import { nudge, writeDecisions } from "./ledger.ts";
import { transact, within } from "./process.ts";

/** The shop sends it until it is answered. */
export function tell(sim: Sim, request: Post): void {
  const { dice, loop } = sim;
  const late = dice.hit("event late") ? dice.int(10, 180) * MINUTE : dice.int(0, 3_000);
  const send = (): void => post(sim, request);
  loop.at(request.at + late, send);
  if (dice.hit("event doubled")) loop.at(request.at + late + dice.pick([1, 50, 5_000, HOUR]), send);
}

/** Sends it to one of the processes, until one answers. */
export function post(sim: Sim, request: Post): void {
  const { dice, loop } = sim;
  const again = (): void => loop.after(dice.int(1, 30) * SECOND, () => post(sim, request));
  const process = dice.pick(sim.processes.filter(({ dispatches }) => !dispatches));
  if (!process.isUp || dice.hit("event lost on its way")) {
    again();
    return;
  }
  // A client that gets no answer in time sends it again.
  let answered = false;
  loop.after(30 * SECOND, () => {
    if (!answered) post(sim, request);
  });
  within(sim, process, dice.int(1, 50), () =>
    transact(
      sim,
      process,
      [request.buyer, ...request.told.flatMap((told) => (told.kind === "merge" ? told.other : []))],
      (tx) => {
        for (const told of request.told) apply(sim, tx, request.buyer, told);
      },
      (ended) => {
        if (!ended.ok) return;
        nudge(sim, process, request.buyer);
        if (dice.hit("event's answer lost")) return;
        answered = true;
        for (const told of request.told) if (told.kind === "event") sim.checks.answered(request.buyer, told.event);
      },
    ),
  );
}

/** Like src/intake/fold-party.ts. */
function apply(sim: Sim, tx: Tx, buyer: string, told: Told): void {
  const row = tx.row(buyer);
  const { state } = row;
  const decisions: Decision[] = [];
  if (told.kind === "event" && row.seen.has(told.event.id)) {
    sim.trace.note(buyer, `${told.event.id} again`);
    return;
  }
  if (told.kind === "merge") {
    merge(sim, tx, row, tx.row(told.other));
    return;
  }
  if (told.kind === "hold") {
    takeCase(row, told.ms, tx.now);
    sim.trace.note(buyer, `${describe(told)} at ${tx.now}`);
    return;
  }
  if (row.touched) {
    const replanned = touch(state, tx.policy, tx.now, true);
    sim.checks.decided(row, replanned, tx, true);
    decisions.push(...replanned);
  }
  row.touched = false;
  const changed = applyChange(state, tx.policy, tx.now, () => change(sim, row, told, tx.now));
  sim.trace.note(buyer, `${describe(told)} at ${tx.now}`);
  sim.checks.decided(row, changed, tx, true);
  decisions.push(...changed);
  writeDecisions(sim, tx, row, decisions);
  row.wakeAt = nextWake(state, tx.now);
  sim.checks.planned(row, tx);
}

function change(sim: Sim, row: BuyerRow, told: Exclude<Told, { kind: "hold" | "merge" }>, now: number): void {
  const { state } = row;
  if (told.kind === "promise") {
    const isOpen = state.open !== null && told.at > now;
    if (isOpen && state.open !== null) state.open.promise = { at: told.at, recordedAt: now };
    return;
  }
  if (told.kind === "suppress") {
    row.suppressed.add(told.contact);
    const contact = state.contacts.get(told.contact);
    if (contact !== undefined) state.contacts.set(told.contact, { ...contact, suppressed: true });
    return;
  }
  const { event, contacts, zone } = told;
  row.seen.add(event.id);
  const known = row.events.get(event.order.id) ?? [];
  if (known.some((each) => compareEvents(each, event) > 0)) sim.dice.note("event out of order");
  const events = [...known, event];
  row.events.set(event.order.id, events);
  const order = foldOrder(events, state.shop);
  const tracked = state.orders.get(event.order.id);
  if (tracked === undefined) state.orders.set(event.order.id, { order, reportedAt: null, settled: {} });
  else tracked.order = order;
  const reported = { reportedAt: event.occurredAt, reportedId: event.id };
  for (const kind of contacts) setContact(state, kind, { suppressed: row.suppressed.has(kind), ...reported });
  const before =
    row.zoneOf === null ? null : { suppressed: false, reportedAt: row.zoneOf.at, reportedId: row.zoneOf.id };
  if (zone === null || (before !== null && !isLaterContact({ suppressed: false, ...reported }, before))) return;
  state.zone = zone;
  row.zoneOf = { at: event.occurredAt, id: event.id };
}

/** Like src/intake/locks.ts: the older buyer takes everything of the other, and is replanned when a worker looks at it next. */
function merge({ store, trace }: Sim, tx: Tx, one: BuyerRow, other: BuyerRow): void {
  if (one === other) return;
  const [winner, loser] = one.id < other.id ? [one, other] : [other, one];
  const cases = [winner.state.open?.id, loser.state.open?.id];
  mergeBuyers(winner.state, [loser.state]);
  for (const [order, events] of loser.events) winner.events.set(order, events);
  for (const id of loser.seen) winner.seen.add(id);
  for (const kind of loser.suppressed) winner.suppressed.add(kind);
  for (const [kind, contact] of winner.state.contacts)
    if (winner.suppressed.has(kind)) winner.state.contacts.set(kind, { ...contact, suppressed: true });
  planAnew(winner, tx.now);
  const kept = winner.state.open?.id;
  tx.write(() => {
    trace.note(loser.id, `is ${winner.id} from now on`);
    trace.note(winner.id, `takes ${loser.id} at ${tx.now}`);
    store.merged.set(loser.id, winner.id);
    store.buyers.delete(loser.id);
    const reminders = [...(store.reminders.get(winner.id) ?? []), ...(store.reminders.get(loser.id) ?? [])];
    for (const reminder of reminders) {
      reminder.buyer = winner.id;
      if (kept !== undefined && cases.includes(reminder.caseId)) reminder.caseId = kept;
    }
    store.reminders.set(winner.id, reminders);
    const deliveries = [...(store.deliveries.get(winner.id) ?? []), ...(store.deliveries.get(loser.id) ?? [])];
    store.deliveries.set(winner.id, deliveries);
  });
}

/** As the desk does: the buyer is replanned when a worker looks at it next. */
function takeCase(row: BuyerRow, ms: number, now: number): void {
  const { open } = row.state;
  if (open === null || (ms === 0 && open.hold === null)) return;
  open.hold = { until: ms === KEPT ? KEPT : now + ms, isOver: false };
  planAnew(row, now);
}

function describe(told: Told): string {
  if (told.kind === "promise") return `promise to pay at ${told.at}`;
  if (told.kind === "merge") return `is one with ${told.other}`;
  if (told.kind === "hold") return told.ms === 0 ? "the case is let go" : `somebody takes the case for ${told.ms} ms`;
  if (told.kind === "suppress") return `${told.contact} opts out`;
  const { id, type, occurredAt, order } = told.event;
  const { id: _, ...rest } = order;
  return `${id} ${type} of ${occurredAt} ${JSON.stringify(rest)}`;
}
