/**
 * The check in the end: what the provider was given against what the shop had told, from their own logs. Pure; knows nothing of
 * Dunlin's tables, so a wrong ledger cannot hide a second message.
 */
import { isTaken, type Posted } from "./shop/provider.ts";
import type { BookedOrder } from "./shop/shop.ts";

export type Verdict = {
  /** Taken by the provider. */
  readonly messages: number;
  /** The same step to the same person or about the same order once more, or the same key twice. */
  readonly duplicates: number;
  /** Naming an order whose payment Dunlin had acknowledged. */
  readonly afterPayment: number;
  /** Naming an order that had closed, by the clock or by the buyer. */
  readonly afterClose: number;
  /** To somebody who must not get any: opted out, without a contact, cash on delivery, in a person's hands. */
  readonly unwanted: number;
  /** On their way while the payment was being acknowledged: no sender can call those back. */
  readonly crossed: number;
  /** Orders paid after a message named them: the least and the most, since a payment may cross with a message. */
  readonly recovered: readonly [least: number, most: number];
};

/** A message that arrives so soon after the payment's answer was surely on its way before. */
const CROSSING_MS = 250;
/** On a busy machine the way is longer; beyond this nothing excuses it. */
const LONGEST_WAY_MS = 5_000;
const UNWANTED: readonly string[] = ["opted-out", "unreachable", "cash", "precious"];

/** Messages that came later after a payment's answer than the wire explains: when Dunlin claimed them must be looked up. */
export function lateMessages(log: readonly Posted[], orders: ReadonlyMap<string, BookedOrder>): Posted[] {
  return log.filter((message) => isTaken(message) && sincePayment(message, orders).late > CROSSING_MS);
}

/** How long after the last answer to a payment of what it names it came (0: before), and when that answer was. */
function sincePayment({ at, orders: ids }: Posted, orders: ReadonlyMap<string, BookedOrder>) {
  const known = ids.flatMap((id) => orders.get(id)?.paidKnownAt ?? []).filter((knownAt) => knownAt < at);
  const first = Math.min(at, ...known);
  return { late: at - first, knownAt: first };
}

/** `claimedAt`: message id → when Dunlin made up its mind, epoch ms; of `lateMessages` at least. */
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
    const onItsWay = late <= LONGEST_WAY_MS && (claimedAt.get(message.id) ?? message.at) < knownAt;
    if (late > 0 && (late <= CROSSING_MS || onItsWay)) verdict.crossed += 1;
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
  let least = 0;
  let most = 0;
  for (const [id, at] of firstAbout) {
    const { paidAt = null, paidKnownAt = null } = orders.get(id) ?? {};
    if (paidAt === null) continue;
    if (paidAt > at && paidKnownAt !== null) least += 1;
    if (paidAt > at - LONGEST_WAY_MS) most += 1;
  }
  return [least, most];
}

/** What is wrong, each in words; none: all is well. `reported`: what Dunlin says of the same run. */
export function faultsOf(
  verdict: Verdict,
  reported: { readonly sent: number; readonly recoveredOrders: number; readonly pending: number },
  refused: number,
): string[] {
  const { messages, duplicates, afterPayment, afterClose, unwanted, recovered } = verdict;
  const [least, most] = recovered;
  const faults: string[] = [];
  const say = (count: number, what: string) => void (count > 0 && faults.push(`${count} ${what}`));
  say(duplicates, "duplicate messages");
  say(afterPayment, "messages after payment");
  say(afterClose, "messages after close");
  say(unwanted, "messages to buyers who must get none");
  say(refused, "requests to the provider that were unsigned or unreadable");
  say(reported.pending, "reminders still undecided");
  if (reported.sent !== messages) faults.push(`Dunlin reports ${reported.sent} sent, the provider took ${messages}`);
  if (reported.recoveredOrders < least || reported.recoveredOrders > most)
    faults.push(`Dunlin reports ${reported.recoveredOrders} orders recovered, the shop's books say ${least}`);
  return faults;
}
