/**
 * Hands events to intake, with a time limit. When the store is out or hangs, the answer is 503, and the sender must send all the events
 * again. Events that were committed all the same then count as duplicates.
 */
import type { FastifyBaseLogger } from "fastify";
import { withDeadline } from "../../deadline.ts";
import type { EventsVerbs, IntakeResult } from "../contract/events.ts";
import { HttpProblem } from "./errors.ts";
import { logFailure } from "./log.ts";

/** While more events than this wait, new requests are refused: they would pile up in memory. */
const MAX_PENDING = 200_000;

export type Submit = (inputs: readonly unknown[], log: FastifyBaseLogger) => Promise<IntakeResult>;

export function createSubmit(intake: EventsVerbs["intake"], timeoutMs: number): Submit {
  return async (inputs, log) => {
    if (intake.pending > MAX_PENDING)
      throw new HttpProblem("overloaded", "too many events wait for the store: send them again later", {
        headers: { "retry-after": "5" },
      });
    try {
      return await withDeadline(timeoutMs, "the store", intake.submit(inputs));
    } catch (error) {
      logFailure(log, error, { events: inputs.length }, "intake failed");
      throw new HttpProblem("store_unavailable", "the store did not accept the events: send them again", {
        headers: { "retry-after": "5" },
      });
    }
  };
}
