/** Notices that the state changed, for all readers of the stream together. While nobody reads it, nothing is asked. */
import type { Logger } from "pino";
import type { Marks } from "../../db/stores/reads/today/mark-store.ts";

export type Topic = keyof Marks;
type Listener = (topics: readonly Topic[] | null) => void;

export type ChangesDeps = {
  /** With a time limit of its own. */
  readonly read: () => Promise<Marks>;
  readonly log: Pick<Logger, "warn">;
  /** ms between two reads (2 s). */
  readonly everyMs?: number;
  /** As setTimeout; returns how to cancel. */
  readonly later?: (run: () => void, ms: number) => () => void;
};

export function createChanges({ read, log, everyMs = 2_000, later = afterTime }: ChangesDeps) {
  const listeners = new Set<Listener>();
  let last: Marks | null = null;
  let cancel: (() => void) | null = null;
  let running = false;

  const look = async (): Promise<void> => {
    cancel = null;
    running = true;
    try {
      const marks = await read();
      const before = last;
      last = marks;
      const topics = before === null ? TOPICS : TOPICS.filter((topic) => marks[topic] !== before[topic]);
      if (topics.length > 0) for (const listener of listeners) listener(topics);
    } catch (error) {
      log.warn({ err: error }, "the stream of changes ends: the database does not answer");
      // Each listener leaves when its stream is closed.
      for (const listener of listeners) listener(null);
      last = null;
    } finally {
      running = false;
    }
    if (listeners.size > 0) schedule(everyMs);
    else last = null;
  };
  const schedule = (ms: number): void => {
    cancel ??= later(() => void look(), ms);
  };

  return {
    /** A new reader hears of every topic once: what it read before it came may have changed meanwhile. */
    subscribe(listener: Listener): () => void {
      listeners.add(listener);
      if (last !== null) listener(TOPICS);
      if (!running) schedule(last === null ? 0 : everyMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        cancel?.();
        cancel = null;
        last = null;
      };
    },
  };
}

const TOPICS = ["figures", "changes"] as const satisfies readonly Topic[];

function afterTime(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
