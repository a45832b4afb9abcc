/**
 * The check at the end: compares the messages in the provider's log with the events in the shop's books, and with the receipts and replies that Dunlin
 * acknowledged. Pure. It does not read Dunlin's
 * tables, so a wrong ledger cannot hide a duplicate message.
 */
import { isTaken, type Posted } from "./shop/provider.ts";
import type { BookedOrder } from "./shop/shop.ts";

export type Verdict = {
  /** Accepted by the provider. */
  readonly messages: number;
  /** A second message of the same step to the same person or about the same order, or with the same key. */
  readonly duplicates: number;
  /** Messages about an order whose payment Dunlin had acknowledged. */
  readonly afterPayment: number;
  /** Messages to an address whose STOP Dunlin had acknowledged. */
  readonly afterStop: number;
  /** Messages about an order that was closed, by time or by the buyer. */
  readonly afterClose: number;
  /** Messages to buyers who must get none: opted out, without a contact, cash on delivery, or handled by a person. */
  readonly unwanted: number;
  /** Messages that crossed with the acknowledgement of a payment or a STOP: no sender can call them back. */
  readonly crossed: number;
  /** Orders paid after a message about them. A range, since a payment may cross with a message. */
  readonly recovered: readonly [min: number, max: number];
};

/** A message that arrives this soon after the payment's answer was sent before it. */
const CROSSING_MS = 250;
/** On a busy machine a message may take longer, but never longer than this. */
const MAX_TRANSIT_MS = 5_000;
const UNWANTED: readonly string[] = ["opted-out", "unreachable", "cash", "precious"];

/** When Dunlin acknowledged the STOP of an address, epoch ms. */
type Stops = ReadonlyMap<string, number>;

/** Messages that arrived too long after the answer to a payment or a STOP to have crossed with it. The time of their claim decides. */
export function lateMessages(log: readonly Posted[], orders: ReadonlyMap<string, BookedOrder>, stops: Stops): Posted[] {
  const isLate = (message: Posted) =>
    [sincePayment(message, orders), sinceStop(message, stops)].some(({ late }) => late > CROSSING_MS);
  return log.filter((message) => isTaken(message) && isLate(message));
}

/** How long the message came after the answer (0: before it), and when that answer came. */
type Since = { readonly late: number; readonly knownAt: number };

function since(at: number, known: readonly number[]): Since {
  const first = Math.min(at, ...known.filter((knownAt) => knownAt < at));
  return { late: at - first, knownAt: first };
}

const sincePayment = ({ at, orders: ids }: Posted, orders: ReadonlyMap<string, BookedOrder>): Since =>
  since(
    at,
    ids.flatMap((id) => orders.get(id)?.paidKnownAt ?? []),
  );

function sinceStop({ at, to }: Posted, stops: Stops): Since {
  const knownAt = stops.get(to);
  return since(at, knownAt === undefined ? [] : [knownAt]);
}

/** `before`: it came before the answer; `crossed`: both were under way at the same time. */
function judge({ late, knownAt }: Since, claimedAt: number): "before" | "crossed" | "after" {
  if (late === 0) return "before";
  return late <= CROSSING_MS || (late <= MAX_TRANSIT_MS && claimedAt < knownAt) ? "crossed" : "after";
}

/** `claimedAt`: message id → when Dunlin claimed it, epoch ms; for all of `lateMessages`. */
export function checkLog(
  log: readonly Posted[],
  orders: ReadonlyMap<string, BookedOrder>,
  claimedAt: ReadonlyMap<string, number>,
  stops: Stops,
): Verdict {
  const taken = log.filter(isTaken);
  const verdict = { duplicates: 0, afterPayment: 0, afterStop: 0, afterClose: 0, unwanted: 0, crossed: 0 };
  const seen = new Set<string>();
  const firstAbout = new Map<string, number>();
  for (const message of taken) {
    const named = message.orders.flatMap((id) => orders.get(id) ?? []);
    const people = new Set(named.map(({ buyer }) => buyer.id));
    const keys = [
      `id ${message.id}`,
      ...[...people].map((id) => `buyer ${id} ${message.step}`),
      ...message.orders.map((id) => `order ${id} ${message.step}`),
    ];
    if (keys.some((key) => seen.has(key))) verdict.duplicates += 1;
    for (const key of keys) seen.add(key);
    const claimed = claimedAt.get(message.id) ?? message.at;
    const paid = judge(sincePayment(message, orders), claimed);
    const stop = judge(sinceStop(message, stops), claimed);
    if (paid === "after") verdict.afterPayment += 1;
    if (stop === "after") verdict.afterStop += 1;
    if (paid === "crossed" || stop === "crossed") verdict.crossed += 1;
    const closed = (knownAt: number | null) => knownAt !== null && message.at - knownAt > CROSSING_MS;
    if (named.some(({ closesAt, closedKnownAt }) => message.at >= closesAt || closed(closedKnownAt)))
      verdict.afterClose += 1;
    if (named.length < message.orders.length || named.some(({ buyer }) => UNWANTED.includes(buyer.habit)))
      verdict.unwanted += 1;
    for (const { id } of named) if (!firstAbout.has(id)) firstAbout.set(id, message.at);
  }
  return { messages: taken.length, ...verdict, recovered: recovered(orders, firstAbout) };
}

function recovered(
  orders: ReadonlyMap<string, BookedOrder>,
  firstAbout: ReadonlyMap<string, number>,
): [number, number] {
  let min = 0;
  let max = 0;
  for (const [id, at] of firstAbout) {
    const { paidAt = null, paidKnownAt = null } = orders.get(id) ?? {};
    if (paidAt === null) continue;
    if (paidAt > at && paidKnownAt !== null) min += 1;
    if (paidAt > at - MAX_TRANSIT_MS) max += 1;
  }
  return [min, max];
}

/** Dunlin's own figures of the run. */
export type Reported = {
  readonly sent: number;
  readonly delivered: number;
  readonly optOuts: number;
  readonly recoveredOrders: number;
  readonly pending: number;
  /** Orders recovered by people. */
  readonly byPeople: number;
};

/** The faults in words; an empty list if all is well. */
export function faultsOf(
  verdict: Verdict,
  reported: Reported,
  books: {
    /** Requests that the provider refused. */
    readonly refused: number;
    /** Orders that were paid after a person had reached the buyer. */
    readonly byPeople: number;
    readonly reports: { readonly delivered: ReadonlySet<string>; readonly stops: Stops; readonly refused: number };
  },
): string[] {
  const { messages, duplicates, afterPayment, afterStop, afterClose, unwanted, recovered } = verdict;
  const { refused, reports } = books;
  const [min, max] = recovered;
  const faults: string[] = [];
  const add = (count: number, fault: string) => void (count > 0 && faults.push(`${count} ${fault}`));
  add(duplicates, "duplicate messages");
  add(afterPayment, "messages after payment");
  add(afterStop, "messages after a STOP");
  add(afterClose, "messages after close");
  add(unwanted, "messages to buyers who must get none");
  add(refused, "requests to the provider that were unsigned or unreadable");
  add(reports.refused, "batches of receipts that Dunlin refused");
  add(reported.pending, "reminders still undecided");
  if (reported.sent !== messages)
    faults.push(`Dunlin reports ${reported.sent} sent, the provider accepted ${messages}`);
  if (reported.delivered !== reports.delivered.size)
    faults.push(`Dunlin reports ${reported.delivered} delivered, the provider reported ${reports.delivered.size}`);
  if (reported.optOuts !== reports.stops.size)
    faults.push(`Dunlin reports ${reported.optOuts} opt-outs by reply, the provider passed on ${reports.stops.size}`);
  if (reported.byPeople !== books.byPeople)
    faults.push(
      `Dunlin reports ${reported.byPeople} orders recovered by people, the books of person and shop say ${books.byPeople}`,
    );
  if (reported.recoveredOrders < min || reported.recoveredOrders > max)
    faults.push(
      `Dunlin reports ${reported.recoveredOrders} orders recovered, the shop's books say ${min === max ? min : `${min} to ${max}`}`,
    );
  return faults;
}
