/**
 * Puts right what a worker with a wrong clock left behind. BullMQ sets the time of delayed jobs by the workers' clocks, on PostgreSQL also
 * the locks of active jobs and the last check for stalled ones. A clock an hour ahead strands such jobs for an hour, for all workers.
 */
import type { QueueBackend } from "./connection.ts";

export type Repaired = { readonly locks: number; readonly delays: number };

/**
 * `now`: the database's time, epoch ms, also with fractions. A job that its producer delayed is left as it is. All jobs may run twice, so a lock that is
 * too far ahead is ended although its worker may be alive: an event counts once, and the other jobs only say when to look.
 */
export async function repairSkew(backend: QueueBackend, now: number): Promise<Repaired> {
  const { locks, delayed } = await backend.findStranded(Math.round(now));
  let delays = 0;
  for (const { queue: name, id } of delayed) {
    const queue = await backend.queue(name);
    const job = await queue.getJob(id);
    // The next run of a scheduler belongs to `scheduleUpkeep`.
    if (job === undefined || job.repeatJobKey !== undefined) continue;
    if (job.attemptsStarted === 0 && (job.opts.delay ?? 0) > 0) continue;
    await job.promote();
    delays++;
  }
  return { locks, delays };
}
