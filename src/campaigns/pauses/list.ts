/** Lists the pauses, as answers, commands and the log show them. */
import { formatInstant } from "../../core/values/instant.ts";
import type { Sql } from "../../db/client.ts";
import { type Paused, type PauseKey, readPaused } from "../../db/stores/campaigns/pause-store.ts";

export type PauseView = PauseKey & { readonly pausedAt: string; readonly pausedUntil: string | null };

export const listPaused = async (sql: Sql): Promise<PauseView[]> => (await readPaused(sql)).map(pauseView);

/** `campaign default, since 2026-11-10T12:00:00Z until 2026-11-10T12:30:00Z` */
export const pauseText = ({ kind, name, pausedAt, pausedUntil }: PauseView): string =>
  `${kind} ${name}, since ${pausedAt}${pausedUntil === null ? "" : ` until ${pausedUntil}`}`;

const pauseView = ({ kind, name, at, until }: Paused): PauseView => ({
  kind,
  name,
  pausedAt: written(at),
  pausedUntil: until === null ? null : written(until),
});

const written = (ms: number): string => formatInstant(Math.floor(ms), 0);
