/**
 * The check at the end: compares the messages in the provider's log with the events in the shop's books. Pure. It does not read Dunlin's
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
  /** Messages about an order that was closed, by time or by the buyer. */
  readonly afterClose: number;
  /** Messages to buyers who must get none: opted out, without a contact, cash on delivery, or handled by a person. */
  readonly unwanted: number;
  /** Messages that crossed with the acknowledgement of a payment: no sender can call them back. */
  readonly crossed: number;
  /** Orders paid after a message about them. A range, since a payment may cross with a message. */
  readonly recovered: readonly [min: number, max: number];
};

/** A message that arrives this soon after the payment's answer was sent before it. */
const CROSSING_MS = 250;
/** On a busy machine a message may take longer, but never longer than this. */
const MAX_TRANSIT_MS = 5_000;
const UNWANTED: readonly string[] = ["opted-out", "unreachable", "cash", "precious"];

/** Messages that arrived too long after a payment's answer to have crossed with it. The time of their claim decides. */
export function lateMessages(log: readonly Posted[], orders: ReadonlyMap<string, BookedOrder>): Posted[] {
  return log.filter((message) => isTaken(message) && sincePayment(message, orders).late > CROSSING_MS);
}

/** How long the message came after the answer to a payment of its orders (0: before it), and when that answer came. */
function sincePayment({ at, orders: ids }: Posted, orders: ReadonlyMap<string, BookedOrder>) {
  const known = ids.flatMap((id) => orders.get(id)?.paidKnownAt ?? []).filter((knownAt) => knownAt < at);
  const first = Math.min(at, ...known);
  return { late: at - first, knownAt: first };
}

/** `claimedAt`: message id → when Dunlin claimed it, epoch ms; for all of `lateMessages`. */
export function checkLog(
  log: readonly Posted[],
  orders: ReadonlyMap<string, BookedOrder>,
  claimedAt: ReadonlyMap<string, number>,
): Verdict {
  const taken = log.filter(isTaken);
  const verdict = { duplicates: 0, afterPayment: 0, afterClose: 0, unwanted: 0, crossed: 0 };
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
    const { late, knownAt } = sincePayment(message, orders);
    const crossed = late <= MAX_TRANSIT_MS && (claimedAt.get(message.id) ?? message.at) < knownAt;
    if (late > 0 && (late <= CROSSING_MS || crossed)) verdict.crossed += 1;
    else if (late > 0) verdict.afterPayment += 1;
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

/** The faults in words; an empty list if all is well. `reported`: Dunlin's own figures of the run. */
export function faultsOf(
  verdict: Verdict,
  reported: { readonly sent: number; readonly recoveredOrders: number; readonly pending: number },
  refused: number,
): string[] {
  const { messages, duplicates, afterPayment, afterClose, unwanted, recovered } = verdict;
  const [min, max] = recovered;
  const faults: string[] = [];
  const add = (count: number, fault: string) => void (count > 0 && faults.push(`${count} ${fault}`));
  add(duplicates, "duplicate messages");
  add(afterPayment, "messages after payment");
  add(afterClose, "messages after close");
  add(unwanted, "messages to buyers who must get none");
  add(refused, "requests to the provider that were unsigned or unreadable");
  add(reported.pending, "reminders still undecided");
  if (reported.sent !== messages)
    faults.push(`Dunlin reports ${reported.sent} sent, the provider accepted ${messages}`);
  if (reported.recoveredOrders < min || reported.recoveredOrders > max)
    faults.push(
      `Dunlin reports ${reported.recoveredOrders} orders recovered, the shop's books say ${min === max ? min : `${min} to ${max}`}`,
    );
  return faults;
}
