/** Events of the future. A wall clock that was sent as UTC is the usual cause: its reminders come hours late. */
import { formatDuration, MINUTE, SECOND } from "../values/duration.ts";
import type { OrderPayload } from "./event.ts";
import type { Warning } from "./warnings.ts";

/** Clocks of shops differ by minutes. */
export const FUTURE_TOLERANCE = 15 * MINUTE;

type Event = { readonly occurredAt: number; readonly order: Pick<OrderPayload, "createdAt" | "paidAt"> };

/** About the first instant of the event that is later than `now`, the database's clock when it was received; null: there is no such one. */
export function futureWarning({ occurredAt, order }: Event, now: number): Warning | null {
  const latest = now + FUTURE_TOLERANCE;
  const { createdAt, paidAt } = order;
  if (occurredAt <= latest && (createdAt ?? 0) <= latest && (paidAt ?? 0) <= latest) return null;
  const [field, at] =
    occurredAt > latest
      ? ["occurredAt", occurredAt]
      : (createdAt ?? 0) > latest
        ? ["order.createdAt", createdAt ?? 0]
        : ["order.paidAt", paidAt ?? 0];
  const ahead = formatDuration(Math.floor((at - now) / SECOND) * SECOND);
  return {
    code: "from_the_future",
    message: `${field}: is ${ahead} after it was received; is it a wall clock sent as UTC? Send the offset, like 2026-11-10T20:00:00+08:00`,
  };
}
