/**
 * The check in the end: what the provider was given against what the shop had told, from their own logs. Pure; knows nothing of
 * Dunlin's tables, so a wrong ledger cannot hide a second message.
 */
import { isTaken, type Posted } from "./provider.ts";
import type { BookedOrder } from "./shop.ts";

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
  /** On the wire while the payment was being acknowledged: no sender can call those back. */
  readonly crossed: number;
  /** Orders paid after a message named them: the least and the most, since a payment may cross with a message. */
  readonly recovered: readonly [least: number, most: number];
};

/** A message claimed before a payment committed may arrive so long after the payment's answer (both at one event loop under load). */
const CROSSING_MS = 250;
const UNWANTED: readonly string[] = ["opted-out", "unreachable", "cash", "precious"];

export function checkLog(log: readonly Posted[], orders: ReadonlyMap<string, BookedOrder>): Verdict {
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
    const late = (known: number | null) => (known === null ? 0 : message.at - known);
    const latest = Math.max(0, ...named.map(({ paidKnownAt }) => late(paidKnownAt)));
    if (latest > CROSSING_MS) verdict.afterPayment += 1;
    else if (latest > 0) verdict.crossed += 1;
    if (named.some(({ closesAt, closedKnownAt }) => message.at >= closesAt || late(closedKnownAt) > CROSSING_MS))
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
    const paidAt = orders.get(id)?.paidAt ?? null;
    if (paidAt === null) continue;
    if (paidAt > at) least += 1;
    if (paidAt > at - CROSSING_MS) most += 1;
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
