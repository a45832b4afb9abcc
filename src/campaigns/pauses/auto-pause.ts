/** Pauses channels and campaigns of which too much fails, with the figures as the reason. An operator resumes them, and the count starts from zero. */
import { type Tally, whyPause } from "../../core/limits/auto-pause.ts";
import { DAY } from "../../core/values/duration.ts";
import type { PauseWhen } from "../../core/values/policy.ts";
import type { Sql } from "../../db/client.ts";
import { dropTallies, sumTallies, type Tallied } from "../../db/stores/buyers/write/tallies.ts";
import type { Actor } from "../../db/stores/campaigns/audit-store.ts";
import { setPaused } from "./pause.ts";

/** `pauseWhen` null: it never pauses itself. */
export type Watched = Tallied & { readonly pauseWhen: PauseWhen | null };
export type AutoPause = Tallied & { readonly code: string; readonly message: string };

const UPKEEP: Actor = { who: "dunlin", via: "timer" };
/** `within` is at most a day. */
const KEPT_MS = 2 * DAY;

/** Returns what it paused. One statement, and nothing more as long as all is well. Throws CampaignsBusy. */
export async function pauseOverThresholds(sql: Sql, parts: readonly Watched[]): Promise<readonly AutoPause[]> {
  const watched = parts.flatMap(({ kind, name, pauseWhen }) => (pauseWhen === null ? [] : [{ kind, name, pauseWhen }]));
  if (watched.length === 0) return [];
  const windows = watched.map(({ pauseWhen, ...part }) => ({ ...part, within: pauseWhen.within }));
  const sums = new Map<string, Tally>();
  for (const sum of await sumTallies(sql, windows)) sums.set(`${sum.kind} ${sum.name}`, sum);
  const paused: AutoPause[] = [];
  for (const { kind, name, pauseWhen } of watched) {
    const sum = sums.get(`${kind} ${name}`);
    const why = sum === undefined ? null : whyPause(sum, pauseWhen);
    if (why === null) continue;
    const cause = { source: "threshold", ...why } as const;
    const note = `${why.code}: ${why.message}`;
    const { kind: done } = await setPaused(sql, UPKEEP, { kind, name, paused: true, forMs: null, note, cause });
    if (done === "done") paused.push({ kind, name, ...why });
  }
  return paused;
}

export const dropOldTallies = (sql: Sql): PromiseLike<unknown> => dropTallies(sql, KEPT_MS);
