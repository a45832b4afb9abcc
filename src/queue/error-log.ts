/** Logs the errors of a queue store at a limited rate: an outage makes BullMQ emit the same error thousands of times. */
import type { Logger } from "pino";
import { messageOf } from "./waiting.ts";

export type QueueLog = Pick<Logger, "info" | "warn" | "error">;
export type ReportError = (source: string, error: unknown) => void;

const QUIET_MS = 30_000;
const MAX_KINDS = 200;

type Kind = { readonly loggedAt: number; repeated: number };

/**
 * Each kind of message is logged once, and then at most every 30 s, with the number of repetitions in between. Messages that differ only
 * in ids and numbers are one kind.
 */
export function rateLimitedErrors(log: QueueLog, now: () => number = Date.now): ReportError {
  const kinds = new Map<string, Kind>();
  return (source, error) => {
    const message = messageOf(error);
    const kind = `${source}|${message.replace(/[0-9a-f-]{16,}|\d+/gi, "#")}`;
    const seen = kinds.get(kind);
    if (seen && now() - seen.loggedAt < QUIET_MS) {
      seen.repeated += 1;
      return;
    }
    if (kinds.size >= MAX_KINDS) kinds.clear();
    kinds.set(kind, { loggedAt: now(), repeated: 0 });
    log.warn({ source, reason: message, repeated: seen?.repeated ?? 0 }, "queue error");
  };
}
