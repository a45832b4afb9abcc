/** Two buyers that prove to be one person. The same as the store does in SQL when it merges two rows. */
import type { BuyerState, Contact, OpenCase, PaymentPromise } from "./buyer-state.ts";
import { isExcluded } from "./match.ts";

/** Keeps the last told contact of each kind. */
export function setContact(state: BuyerState, kind: string, told: Contact): void {
  const known = state.contacts.get(kind);
  const later =
    known === undefined ||
    told.reportedAt > known.reportedAt ||
    (told.reportedAt === known.reportedAt && told.reportedId > known.reportedId);
  if (later) state.contacts.set(kind, told);
}

/**
 * Everything of `losers` becomes `winner`'s, which is the oldest of them and keeps its bucket and zone. One open case stays (the
 * winner's, else the one that opened first) and takes in the orders and sends of the others, whose planned rows go undecided: plan
 * anew (`touch`) before anything is decided. The losers must not be used any more.
 */
export function mergeBuyers(winner: BuyerState, losers: readonly BuyerState[]): void {
  const open = [winner, ...losers].flatMap((state) => state.open ?? []);
  const kept = winner.open ?? open.toSorted((a, b) => a.openedAt - b.openedAt)[0] ?? null;
  const gone = new Set(open.filter((each) => each !== kept).map(({ id }) => id));
  for (const loser of losers) {
    for (const [id, tracked] of loser.orders) winner.orders.set(id, tracked);
    for (const [kind, told] of loser.contacts) setContact(winner, kind, told);
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

/** Of the cases that become one: what of them holds on. `kept` is one of `open`. */
export function heldOn<Case extends Pick<OpenCase, "hadPlan" | "manual" | "promise" | "departures">>(
  kept: Case,
  open: readonly Case[],
): Pick<OpenCase, "hadPlan" | "manual" | "promise" | "departures"> {
  return {
    hadPlan: open.some(({ hadPlan }) => hadPlan),
    manual: open.some(({ manual }) => manual),
    promise: open.reduce((last, { promise }) => laterPromise(last, promise), kept.promise),
    departures: open.reduce((last, { departures }) => laterDepartures(last, departures), kept.departures),
  };
}

const laterPromise = (known: PaymentPromise | null, other: PaymentPromise | null): PaymentPromise | null =>
  other !== null && (known === null || other.recordedAt > known.recordedAt) ? other : known;

type Departures = OpenCase["departures"];

function laterDepartures(a: Departures, b: Departures): Departures {
  if (a === null || b === null) return a ?? b;
  if (a.at !== b.at) return a.at > b.at ? a : b;
  return { at: a.at, reasons: [...new Set([...a.reasons, ...b.reasons])] };
}
