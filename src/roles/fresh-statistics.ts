/**
 * Analyses tables that have grown, in every process: one that only takes in orders may be the only one that runs, and plans its statements
 * for the statistics that there are.
 */
import type { Logger } from "pino";
import type { Sql } from "../db/client.ts";
import { analyzeGrown } from "../db/statistics.ts";
import type { Lifecycle } from "../lifecycle.ts";

const LOOK_MS = 1_000;

export function keepStatisticsFresh(sql: Sql, log: Logger, life: Lifecycle): void {
  let looking: Promise<unknown> | null = null;
  const look = async () => {
    await analyzeGrown(sql).catch((error: unknown) => log.warn({ err: error }, "tables could not be analysed"));
    looking = null;
  };
  const timer = setInterval(() => {
    looking ??= look();
  }, LOOK_MS);
  life.onStop(async () => {
    clearInterval(timer);
    await looking;
  });
}
