/** Warns if the times of a file go backwards. This is allowed: events happen in the order of their times. */
import { parseInstant } from "../../core/values/instant.ts";

export type BackwardCheck = { see(value: unknown, line: number): void; warning(): string | null };

export function backwardCheck(): BackwardCheck {
  let latest = Number.NEGATIVE_INFINITY;
  let first = 0;
  let count = 0;
  return {
    see(value, line) {
      const text = typeof value === "object" && value !== null ? Reflect.get(value, "occurredAt") : undefined;
      const at = typeof text === "string" && text.length <= 40 ? parseInstant(text) : null;
      if (at === null) return;
      if (at < latest && count++ === 0) first = line;
      latest = Math.max(latest, at);
    },
    warning: () =>
      count === 0
        ? null
        : `line ${first}: occurredAt is before that of a line above it (${count === 1 ? "the only such line" : `${count} such lines`}); events happen in the order of their times`,
  };
}
