/** A promise in words: the effect that it has, or why it is refused. The command and the HTTP interface say the same. */
import { formatDuration } from "../core/values/duration.ts";
import { formatInstant } from "../core/values/instant.ts";
import { offsetMinutes } from "../core/values/zone.ts";
import type { Recorded, RecordedPromise } from "./promise.ts";

/** One sentence or two. */
export function effectText(
  { orders, at, manual, backAt, waiting, earlier, closing }: RecordedPromise,
  zone: string,
): string {
  const written = (ms: number) => writtenIn(zone, ms);
  const named = orders.join(", ");
  if (manual && backAt !== null)
    return `Recorded. A person takes care of ${named} until ${written(backAt)}; then the reminders take over. None is sent before ${written(Math.max(at, backAt))}.`;
  if (manual)
    return `Recorded. A person takes care of ${named}: no reminder is sent, neither before ${written(at)} nor after it.`;
  if (waiting !== null)
    return `Recorded. No reminder is planned for ${named} at present (${waiting}), and none is sent before ${written(at)}.`;
  const before = earlier === 0 ? " None was due earlier: what is planned stays as it is." : "";
  const others = closing.map(
    ({ order, closesAt }) =>
      ` ${order} closes at ${written(closesAt)}: reminders due before ${written(at)} that name it are skipped.`,
  );
  return `No reminder of ${named} is sent before ${written(at)}.${before}${others.join("")}`;
}

/** Why the time of a promise is refused, without capital letter and full stop. */
export function refusalText(refused: Extract<Recorded, { kind: "past" | "too_late" }>, zone: string): string {
  const written = (ms: number) => writtenIn(zone, ms);
  if (refused.kind === "past")
    return `${written(refused.at)} is in the past, it is ${written(refused.now)} now: give a later time`;
  const { at, closesAt, latest } = refused;
  const why = at >= closesAt ? "is not before that" : `is less than ${formatDuration(closesAt - latest)} before that`;
  return `the order closes at ${written(closesAt)}, and ${written(at)} ${why}: give a time until ${written(latest)}, or have the close put off`;
}

const writtenIn = (zone: string, ms: number): string => formatInstant(Math.floor(ms), offsetMinutes(zone, ms));
