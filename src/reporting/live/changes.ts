/** Notices that the state changed, for all readers of the stream together. While nobody reads it, nothing is asked. */
import type { Logger } from "pino";
import type { Marks } from "../../db/stores/reads/today/mark-store.ts";

export type Topic = keyof Marks;
type Listener = (topics: readonly Topic[] | null, mark: string) => void;

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
  /** The marks that each knows; null: none yet. */
  const listeners = new Map<Listener, Marks | null>();
  let last: Marks | null = null;
  let cancel: (() => void) | null = null;
  let running = false;

  const inform = (listener: Listener, marks: Marks): void => {
    const seen = listeners.get(listener);
    if (seen === undefined) return;
    listeners.set(listener, marks);
    const topics = TOPICS.filter((topic) => marks[topic] !== seen?.[topic]);
    if (topics.length > 0) listener(topics, textOf(marks));
  };
  const look = async (): Promise<void> => {
    cancel = null;
    running = true;
    try {
      last = await read();
      for (const listener of [...listeners.keys()]) inform(listener, last);
    } catch (error) {
      log.warn({ err: error }, "the stream of changes ends: the database does not answer");
      // Each listener leaves when its stream is closed.
      for (const listener of [...listeners.keys()]) listener(null, "");
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
    /** Where the state stands: what is read after this call shows at least that. null: the database does not answer. */
    async mark(): Promise<string | null> {
      try {
        return textOf(last ?? (await read()));
      } catch (error) {
        log.warn({ err: error }, "where the stream of changes begins is not known: the database does not answer");
        return null;
      }
    },
    /**
     * `since`: a mark from before the listener read anything; it hears of what changed from there on. Without one it hears of every topic once:
     * what it read before it came may have changed meanwhile.
     */
    subscribe(listener: Listener, since: string | null = null): () => void {
      const known = since === null ? null : marksOf(since);
      listeners.set(listener, known);
      // The last look may be older than the mark: the next one is compared with it.
      if (last !== null && known === null) inform(listener, last);
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

const textOf = ({ figures, changes }: Marks): string => `${figures}~${changes}`;

function marksOf(text: string): Marks | null {
  const [figures, changes, ...more] = text.split("~");
  return figures === undefined || changes === undefined || more.length > 0 ? null : { figures, changes };
}

function afterTime(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
