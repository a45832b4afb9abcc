/**
 * Role `intake`: takes in order events from the queue `orders`, and polls shops. Both make order events, and need the key of the contacts, which `upkeep` has
 * not.
 */
import type { Intake } from "../intake/intake.ts";
import { InvalidJobError, maxEventsPerJob } from "../queue/jobs.ts";
import { startOrdersWorker } from "../queue/worker.ts";
import { startPolling } from "./polling.ts";
import { CLOSE_WORKER_MS, type Role } from "./role.ts";

export const intake: Role = {
  name: "intake",
  contacts: true,
  replans: false,
  async start(parts) {
    const worker = startOrdersWorker({ backend: parts.backend, submit: submitJob(parts.intake("queue")) });
    parts.life.onStop(() => worker.close(CLOSE_WORKER_MS));
    await startPolling(parts);
    return null;
  },
};

/**
 * A job holds one event or an array of events. The good events of a job are taken in. If any is rejected, the job is kept as it came among
 * the failed jobs; when it is run again, the events already in count as duplicates.
 */
function submitJob({ submit }: Intake) {
  return async (data: unknown): Promise<void> => {
    const events = Array.isArray(data) ? data : [data];
    if (events.length > maxEventsPerJob)
      throw new InvalidJobError(
        `the job holds ${events.length} events, at most ${maxEventsPerJob} are allowed: split it`,
      );
    const { rejected } = await submit(events);
    const [first] = rejected;
    if (first === undefined) return;
    const where =
      events.length === 1
        ? ""
        : `${rejected.length} of ${events.length} refused, the others are in; index ${first.index}: `;
    throw new InvalidJobError(`${where}${first.code}: ${first.message}`);
  };
}
