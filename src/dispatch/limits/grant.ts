/** Which of the decided buyers may send now: each of their sends needs a place in its channel, and a slot under the channel's rate limit. */
import type { Decision } from "../../core/rules/buyer-state.ts";
import type { PlannedRow } from "../../core/rules/plan.ts";
import type { BuyerChange } from "../../db/stores/buyers/write/changes.ts";
import type { Places } from "./bulkheads.ts";
import type { SlotBook } from "./slots.ts";

/** A buyer with what was decided, and its plan before that. */
export type Due = BuyerChange & { readonly planned: readonly PlannedRow[] };

/** `channel`: the one that is full or over its limit. Such a buyer stays as it was, and is queued. */
export type Refused = { readonly due: Due; readonly channel: string };

export const sendsOf = ({ decisions }: Due) => decisions.filter(({ channel }) => channel !== null);

export function sendsByChannel(changes: readonly Due[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const change of changes)
    for (const { channel } of sendsOf(change))
      if (channel !== null) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  return counts;
}

/** `closed`: channels on which none of these may send, even if a place is free. */
export function takePlaces(changes: readonly Due[], places: Places, closed: ReadonlySet<string>) {
  const placed: Due[] = [];
  const refused: Refused[] = [];
  for (const due of changes) {
    const taken: string[] = [];
    let full: string | null = null;
    for (const { channel } of sendsOf(due)) {
      if (channel === null) continue;
      if (!closed.has(channel) && places.take(channel)) taken.push(channel);
      else full ??= channel;
    }
    if (full === null) placed.push(due);
    else {
      for (const channel of taken) places.giveBack(channel);
      refused.push({ due, channel: full });
    }
  }
  return { placed, refused };
}

/** A send that gets no slot gives its place back. */
export function takeSlots(changes: readonly Due[], places: Places, slots: SlotBook) {
  const granted: Due[] = [];
  const refused: Refused[] = [];
  const slotOf = new Map<Decision, number>();
  for (const due of changes) {
    const sends = sendsOf(due);
    const times = sends.map(({ channel }) => slots.next(channel ?? ""));
    const full = sends[times.indexOf(null)]?.channel;
    if (full != null) {
      for (const { channel } of sends) places.giveBack(channel ?? "");
      refused.push({ due, channel: full });
      continue;
    }
    granted.push(due);
    for (const [index, decision] of sends.entries()) slotOf.set(decision, times[index] ?? 0);
  }
  return { granted, refused, slotOf };
}
