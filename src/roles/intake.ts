/**
 * Role `intake`: takes in order events from the queue `orders`, and polls shops. Both make order events, and need the key of the contacts, which `upkeep` has
 * not.
 */
import type { Intake, RejectedEvent } from "../intake/intake.ts";
import { EVENTS_A_SLICE, InvalidJobError } from "../queue/jobs.ts";
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

/** The data of a job whose events were refused. `events`: how many it held. */
type KeptData = { readonly events: number; readonly refused: readonly RejectedEvent[] };

/**
 * A job holds one event or an array of events; a long one is taken in by slices. The good events of a job are taken in. If any is refused, the job is kept among the failed
 * jobs, and instead of its events it holds the ids and reasons of those that were refused: the others are stored, and these may name a person in any
 * way.
 */
export function submitJob({ submit }: Pick<Intake, "submit">) {
  return async (data: unknown): Promise<void> => {
    if (isKept(data)) throw new InvalidJobError("refused before, and its events are gone: add them as a new job", data);
    const events = Array.isArray(data) ? data : [data];
    const kept = (refused: readonly RejectedEvent[]): KeptData => ({ events: events.length, refused });
    const rejected: RejectedEvent[] = [];
    // If a later slice fails, the job is tried again as a whole: events that are in already are duplicates then.
    for (let at = 0; at < events.length; at += EVENTS_A_SLICE) {
      const report = await submit(events.slice(at, at + EVENTS_A_SLICE));
      for (const each of report.rejected) rejected.push({ ...each, index: at + each.index });
    }
    const [first] = rejected;
    if (first === undefined) return;
    const where =
      events.length === 1
        ? ""
        : `${rejected.length} of ${events.length} refused, the others are in; index ${first.index}: `;
    throw new InvalidJobError(`${where}${first.code}: ${first.message}`, kept(rejected));
  };
}

const isKept = (data: unknown): data is KeptData =>
  typeof data === "object" && data !== null && "refused" in data && Array.isArray(data.refused);
