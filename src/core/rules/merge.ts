/** Merges buyers that prove to be one person. The store does the same in SQL when it merges two rows. */

import { mergedHold, mergedManual } from "../desk/persons.ts";
import { type BuyerState, type Contact, isLaterContact, type OpenCase, type PaymentPromise } from "./buyer-state.ts";
import { isExcluded } from "./match.ts";

/** Keeps the last reported contact of each kind. */
export function setContact(state: Pick<BuyerState, "contacts">, kind: string, contact: Contact): void {
  const known = state.contacts.get(kind);
  if (known === undefined || isLaterContact(contact, known)) state.contacts.set(kind, contact);
}

/**
 * Moves everything of `losers` to `winner`, which is the oldest of them and keeps its bucket and zone. One open case stays (the
 * winner's, else the one that opened first) and takes the orders and sends of the others. Their planned rows go undecided: replan
 * (`touch`) before you decide anything. Do not use the losers afterwards.
 */
export function mergeBuyers(winner: BuyerState, losers: readonly BuyerState[]): void {
  const open = [winner, ...losers].flatMap((state) => state.open ?? []);
  const kept = winner.open ?? open.toSorted((a, b) => a.openedAt - b.openedAt)[0] ?? null;
  const gone = new Set(open.filter((each) => each !== kept).map(({ id }) => id));
  for (const loser of losers) {
    for (const [id, tracked] of loser.orders) winner.orders.set(id, tracked);
    for (const [kind, contact] of loser.contacts) setContact(winner, kind, contact);
    winner.sends.push(...loser.sends);
    if (loser.otherPaidAt !== null)
      winner.otherPaidAt = Math.max(winner.otherPaidAt ?? loser.otherPaidAt, loser.otherPaidAt);
  }
  if (kept !== null) {
    winner.sends = winner.sends.map((send) => (gone.has(send.caseId) ? { ...send, caseId: kept.id } : send));
    Object.assign(kept, heldOn(kept, open));
    kept.members = [...kept.members, ...open.flatMap((each) => (each === kept ? [] : each.members))];
    kept.counted = countedOf(winner, kept);
  }
  winner.sends.sort((a, b) => a.at - b.at);
  winner.open = kept;
}

function countedOf(state: BuyerState, { campaign, members }: NonNullable<BuyerState["open"]>): string[] {
  if (campaign === null) return members;
  return members.filter((id) => {
    const order = state.orders.get(id)?.order;
    return order !== undefined && !isExcluded(campaign, state.shop.id, order);
  });
}

type Lasting = Pick<OpenCase, "hadPlan" | "manual" | "keptAt" | "hold" | "promise" | "departures">;

/** Merges the lasting facts of the cases that become one. `kept` is one of `open`. */
export function heldOn<Case extends Lasting>(kept: Case, open: readonly Case[]): Lasting {
  return {
    hadPlan: open.some(({ hadPlan }) => hadPlan),
    manual: open.reduce((first, { manual }) => mergedManual(first, manual), kept.manual),
    keptAt: open.reduce<number | null>((first, { keptAt }) => earlier(first, keptAt ?? null), null),
    hold: open.reduce((last, { hold }) => mergedHold(last, hold), kept.hold),
    promise: open.reduce((last, { promise }) => laterPromise(last, promise), kept.promise),
    departures: open.reduce((last, { departures }) => laterDepartures(last, departures), kept.departures),
  };
}

const earlier = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);

const laterPromise = (known: PaymentPromise | null, other: PaymentPromise | null): PaymentPromise | null =>
  other !== null && (known === null || other.recordedAt > known.recordedAt) ? other : known;

type Departures = OpenCase["departures"];

function laterDepartures(a: Departures, b: Departures): Departures {
  if (a === null || b === null) return a ?? b;
  if (a.at !== b.at) return a.at > b.at ? a : b;
  return { at: a.at, reasons: [...new Set([...a.reasons, ...b.reasons])] };
}
