/** Work that one process at a time does. PostgreSQL decides which one: it goes on while the queue is away. */
import { MINUTE } from "../../core/values/duration.ts";
import { claimChore, finishChore } from "../../db/stores/notices/chore-store.ts";
import type { Parts } from "../role.ts";

/** A process that dies holds the chore until `leaseMs` are over. */
export type Chore = { readonly name: string; readonly everyMs: number; readonly leaseMs: number };

/** After a failure. */
const AGAIN_MS = 5 * MINUTE;

/** null: it failed, and the log says so. */
export async function attempt<T>(log: Parts["log"], work: () => Promise<T>, failure: string): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    log.warn({ err: error }, failure);
    return null;
  }
}

/** Does the chore if it is due. Never rejects. */
export const doChore = (
  { database: { sql }, log }: Pick<Parts, "database" | "log">,
  { name, everyMs, leaseMs }: Chore,
  work: () => Promise<unknown>,
) =>
  attempt(
    log,
    async () => {
      if (!(await claimChore(sql, name, leaseMs))) return;
      const done = await attempt(log, work, `the chore ${name} failed`);
      await finishChore(sql, name, done === null ? Math.min(AGAIN_MS, everyMs) : everyMs);
    },
    `whether the chore ${name} is due could not be read`,
  );
