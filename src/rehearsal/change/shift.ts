/** Shifts the times of events, so that they are rehearsed as if they happened at another time. */
import type { OrderEvent } from "../../core/order/event.ts";
import { LATEST } from "../../core/values/instant.ts";
import { instantOf, type When } from "../../core/values/when.ts";
import { timeOfDay } from "../../core/values/zone.ts";

export type AsOf = {
  readonly when: When;
  /** Epoch ms, by which `today` is known. */
  readonly now: number;
  /** The day that becomes the day of `when`; null: the day of the first event. */
  readonly start: When | null;
};

/** Milliseconds to add, by the zone of the shop. */
export type Shift = ReadonlyMap<string, number>;

/**
 * With a whole day, the first day of the events becomes that day and their times of day stay, in each zone. With a time, the first event
 * happens then: for a time on the shop's clock the first one of each zone, for an instant the first of all. `firsts`: zone → epoch ms.
 */
export function shiftOf({ when, now, start }: AsOf, firsts: ReadonlyMap<string, number>): Shift {
  const first = Math.min(...firsts.values());
  const shift = new Map<string, number>();
  for (const [zone, own] of firsts) {
    const clock = { zone, now, edge: "start" as const };
    if (when.kind !== "day") shift.set(zone, instantOf(when, clock) - first);
    else if (when.time !== null) shift.set(zone, instantOf(when, clock) - own);
    else {
      const from = start?.kind === "day" ? instantOf(start, clock) : own;
      shift.set(zone, instantOf({ ...when, time: timeOfDay(zone, from) }, clock) - from);
    }
  }
  return shift;
}

/** null: it would happen before 1970 or after 9999. */
export function shiftEvent(event: OrderEvent, ms: number): OrderEvent | null {
  const occurredAt = event.occurredAt + ms;
  if (occurredAt < 0 || occurredAt > LATEST) return null;
  const moved = (at: number | null | undefined) => (at == null ? at : Math.min(LATEST, Math.max(0, at + ms)));
  const { createdAt, closesAt, paidAt, closedAt, presale, ...order } = event.order;
  return {
    ...event,
    occurredAt,
    order: {
      ...order,
      createdAt: moved(createdAt),
      closesAt: moved(closesAt),
      paidAt: moved(paidAt),
      closedAt: moved(closedAt),
      presale:
        presale == null
          ? presale
          : { ...presale, balanceFrom: moved(presale.balanceFrom), balanceTo: moved(presale.balanceTo) },
    },
  };
}
