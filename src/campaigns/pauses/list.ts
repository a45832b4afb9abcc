/** Lists the pauses, as answers, commands and the log show them. */
import { formatInstant } from "../../core/values/instant.ts";
import type { Sql } from "../../db/client.ts";
import { type Paused, type PauseKey, type PauseSource, readPaused } from "../../db/stores/campaigns/pause-store.ts";

export type PauseView = PauseKey & {
  readonly pausedAt: string;
  readonly pausedUntil: string | null;
  readonly source: PauseSource;
  /** Why it paused itself: a code, and words; null: somebody paused it. */
  readonly reason: string | null;
  /** The words of the person who paused it. */
  readonly note: string | null;
};

export const listPaused = async (sql: Sql): Promise<PauseView[]> => (await readPaused(sql)).map(pauseView);

/** `campaign default, since 2026-11-10T12:00:00Z until 2026-11-10T12:30:00Z` */
export const pauseText = ({ kind, name, pausedAt, pausedUntil, reason }: PauseView): string =>
  `${kind.replace("_", " ")} ${name}, since ${pausedAt}${pausedUntil === null ? "" : ` until ${pausedUntil}`}${reason === null ? "" : ` (${reason})`}`;

const pauseView = ({ kind, name, at, until, source, code, reason, note }: Paused): PauseView => ({
  kind,
  name,
  pausedAt: written(at),
  pausedUntil: until === null ? null : written(until),
  source,
  reason: code === null ? null : `${code}: ${reason}`,
  note,
});

export const written = (ms: number): string => formatInstant(Math.floor(ms), 0);
