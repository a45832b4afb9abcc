/** How far this machine's clock is from the database's. */
import type { Sql } from "../../client.ts";

/** `ms`: positive when this machine is ahead. `errorMs`: by how much the measurement may be wrong, half of the round trip. */
export type Skew = { readonly ms: number; readonly errorMs: number };

const SAMPLES = 3;

/** Asks a few times, and takes the answer that came fastest. Rejects as the database does. */
export async function measureSkew(sql: Sql, now: () => number = Date.now): Promise<Skew> {
  let best: Skew = { ms: 0, errorMs: Number.POSITIVE_INFINITY };
  for (let n = 0; n < SAMPLES; n++) {
    const asked = performance.now();
    const [row] = await sql<{ now: number }[]>`select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`;
    const errorMs = (performance.now() - asked) / 2;
    if (row !== undefined && errorMs < best.errorMs) best = { ms: now() - errorMs - row.now, errorMs };
  }
  return best;
}

/** The part of the skew that no slow answer explains. */
export const certainSkew = ({ ms, errorMs }: Skew): number => Math.sign(ms) * Math.max(0, Math.abs(ms) - errorMs);

/** Beyond this the clock should be set; the locks and delays of the queue tolerate it. */
export const SKEW_WARNING_MS = 2_000;
/** Beyond this a process takes no work from the queue: BullMQ sets locks and delays by the clocks of the workers. */
export const SKEW_LIMIT_MS = 15_000;

/** `3.2 s ahead of the database's`. */
export const describeSkew = (ms: number): string =>
  `${(Math.abs(ms) / 1_000).toFixed(1)} s ${ms > 0 ? "ahead of" : "behind"} the database's`;
