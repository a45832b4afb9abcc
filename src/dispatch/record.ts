/** Records outcomes through an outage of PostgreSQL: a restart must not lose what a provider answered. */
import { setTimeout as pause } from "node:timers/promises";
import type { DispatchLog } from "./deps.ts";

/** Longer than a restart of PostgreSQL takes. After that the lease has run out and the claim counts as unknown. */
const PATIENCE_MS = 60_000;

/** Repeats an idempotent write with growing pauses until it succeeds or a minute is over. */
export async function recordPatiently(deps: { readonly log: DispatchLog }, write: () => Promise<void>): Promise<void> {
  const begun = performance.now();
  for (let wait = 50; ; wait = Math.min(wait * 2, 2_000)) {
    try {
      await write();
      return;
    } catch (error) {
      if (performance.now() - begun > PATIENCE_MS) throw error;
      deps.log.warn({ err: error }, "outcomes could not be recorded; retrying");
      await pause(wait);
    }
  }
}
