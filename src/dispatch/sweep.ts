/**
 * Sweeps: every dispatching process looks at PostgreSQL every few seconds, so that reminders go out even when the queue is down, empty or
 * lost. It also gives up expired claims, and dissolves the queues of channels that are no longer configured.
 */

import type { DispatchLog } from "./deps.ts";
import type { Dispatcher } from "./dispatcher.ts";

export type Sweep = { stop(): Promise<void> };

/** So short that a dead queue is hardly felt. When nothing is due, it costs one cheap index probe. */
const EVERY_MS = 2_000;

/** The interval varies by a quarter, so that many processes do not look at the same moment. */
export function startSweep(dispatcher: Dispatcher, log: DispatchLog, random: () => number = Math.random): Sweep {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let failing = false;

  async function sweep(): Promise<void> {
    try {
      await Promise.all([dispatcher.drain(), dispatcher.drain(), dispatcher.rescue(), dispatcher.dissolveQueues()]);
      if (failing) log.info({}, "dispatch reaches PostgreSQL again");
      failing = false;
    } catch (error) {
      // Logged once for an outage, however long it lasts.
      if (!failing) log.error({ err: error }, "dispatch cannot reach PostgreSQL; retrying");
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
