/**
 * The sweep: every dispatching process looks at PostgreSQL itself every few seconds, so that what is due goes out although the queue is
 * down, empty or lost. It also gives up expired claims, and lets go who waits for a rate that is no more.
 */

import type { DispatchLog } from "./deps.ts";
import type { Dispatcher } from "./dispatcher.ts";

export type Sweep = { stop(): Promise<void> };

/** Short enough that a dead queue is hardly felt, and one cheap index probe when nothing is due. */
const EVERY_MS = 2_000;

/** A spread of a quarter keeps many processes from looking at the same moment. */
export function startSweep(dispatcher: Dispatcher, log: DispatchLog, random: () => number = Math.random): Sweep {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let failing = false;

  async function sweep(): Promise<void> {
    try {
      await Promise.all([dispatcher.drain(), dispatcher.drain(), dispatcher.rescue(), dispatcher.freeWaiting()]);
      if (failing) log.info({}, "dispatch works again");
      failing = false;
    } catch (error) {
      // Said once for an outage, however long it lasts.
      if (!failing) log.error({ err: error }, "dispatch cannot reach its store; trying on");
      failing = true;
    }
  }

  const next = (): void => {
    if (stopped) return;
    timer = setTimeout(
      () => {
        running = sweep().finally(next);
      },
      EVERY_MS * (0.75 + random() / 2),
    );
  };
  next();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
