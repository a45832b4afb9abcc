import type { Logger } from "pino";
import { messageOf } from "./deadline.ts";

export type QueueLog = Pick<Logger, "info" | "warn" | "error">;
export type ReportError = (source: string, error: unknown) => void;

const quietMs = 30_000;
const maxKinds = 200;

/**
 * An outage makes BullMQ emit the same error thousands of times. Each kind of message (ids and numbers blanked) is
 * logged once, and then at most every 30 s with the number of repetitions held back.
 */
export function rateLimitedErrors(log: QueueLog, now: () => number = Date.now): ReportError {
  const kinds = new Map<string, { loggedAt: number; held: number }>();
  return (source, error) => {
    const message = messageOf(error);
    const kind = `${source}|${message.replace(/[0-9a-f-]{16,}|\d+/gi, "#")}`;
    const seen = kinds.get(kind);
    if (seen && now() - seen.loggedAt < quietMs) {
      seen.held += 1;
      return;
    }
    if (kinds.size >= maxKinds) kinds.clear();
    kinds.set(kind, { loggedAt: now(), held: 0 });
    log.warn({ source, reason: message, repeated: seen?.held ?? 0 }, "queue error");
  };
}
