/** Ends sessions that stand still and hold locks, and says so in the log. */
import type { Logger } from "pino";
import type { Sql } from "../db/client.ts";
import { endStuckSessions } from "../db/stores/dispatch/stuck-sessions.ts";

/** `locked`: see `endStuckSessions`. Never rejects: the caller tries its lock again in any case. */
export async function endStuck(sql: Sql, log: Logger, locked: boolean): Promise<void> {
  try {
    for (const session of await endStuckSessions(sql, locked))
      log.warn(
        session,
        "a session that stood still in a transaction was ended: a process of Dunlin hangs or lost its network",
      );
  } catch (error) {
    log.warn({ err: error }, "sessions that stand still could not be looked for");
  }
}
