/**
 * Handing events to intake, with an end: a store that is out or hangs is answered with 503, and then nothing was answered for. What was
 * committed all the same counts as duplicate when it is sent again.
 */
import type { FastifyBaseLogger } from "fastify";
import type { HttpIntake, Receipt } from "../deps.ts";
import { HttpProblem } from "./errors.ts";

/** Past this many events that wait, new requests are turned away instead of piling up in memory. */
const MAX_PENDING = 200_000;

export type Submit = (inputs: readonly unknown[], log: FastifyBaseLogger) => Promise<Receipt>;

export function createSubmit(intake: HttpIntake, timeoutMs: number): Submit {
  return async (inputs, log) => {
    if (intake.pending > MAX_PENDING)
      throw new HttpProblem("overloaded", "more events wait for the store than it takes in at once", {
        headers: { "retry-after": "5" },
      });
    try {
      return await within(intake.submit(inputs), timeoutMs);
    } catch (error) {
      log.error({ err: error, events: inputs.length }, "intake failed");
      throw new HttpProblem("store_unavailable", "the store did not take the events in", {
        headers: { "retry-after": "5" },
      });
    }
  };
}

function within<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer from the store within ${ms} ms`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
