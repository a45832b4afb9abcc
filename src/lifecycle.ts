/**
 * The life of a process. Every part says, as soon as it is open, how it ends: a taker of work how it stops, a resource how it is released.
 * `stop` first stops all takers at once: they take nothing new, and finish and record the work in hand. Then it releases the resources
 * in reverse order. A part that fails to end is logged and does not keep the others open.
 */
import type { Logger } from "pino";

export type Lifecycle = {
  /** `stop` resolves when the work in hand is finished. */
  onStop(stop: () => unknown): void;
  onRelease(release: () => unknown): void;
  /** Idempotent. */
  stop(): Promise<void>;
};

export function createLifecycle(log: Pick<Logger, "error">): Lifecycle {
  const takers: (() => unknown)[] = [];
  const resources: (() => unknown)[] = [];
  let stopping: Promise<void> | undefined;

  const end = async (part: () => unknown): Promise<void> => {
    try {
      await part();
    } catch (error) {
      log.error({ err: error }, "a part did not stop cleanly");
    }
  };
  const unwind = async (): Promise<void> => {
    await Promise.all(takers.map(end));
    for (const release of resources.toReversed()) await end(release);
  };

  return {
    onStop: (stop) => void takers.push(stop),
    onRelease: (release) => void resources.push(release),
    stop() {
      stopping ??= unwind();
      return stopping;
    },
  };
}
