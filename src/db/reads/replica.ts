/** Whether a read replica may answer: it must be reachable, have the schema of this program, and follow the primary closely enough. */
import { setTimeout as pause } from "node:timers/promises";
import type { Sql } from "../client.ts";
import { explainDbError } from "../explain-error.ts";
import { checkSchema } from "../migrations/state.ts";

/** A replica that is further behind answers nothing: its lists would mislead. */
export const MAX_LAG_MS = 60_000;

export type Replica =
  /** `lagMs`: how old its newest data may be; null: it does not say, as with a service whose storage is shared. */
  | { readonly kind: "follows"; readonly lagMs: number | null }
  /** `why`: what is wrong and what to do, in one line. */
  | { readonly kind: "unusable"; readonly why: string };

/** A position in the log of the primary, and when it was read, monotonic ms. */
export type Position = { readonly lsn: bigint; readonly at: number };

/** The newest positions that tell how far behind a replica is: enough for MAX_LAG_MS, and a little more. */
const MAX_POSITIONS = 100;

/** Adds the position of the primary; null: it is no primary, or does not say. */
export async function notePosition(primary: Sql, positions: Position[], now: () => number): Promise<void> {
  const at = now();
  const [row] = await primary<{ lsn: string }[]>`
    select (case when pg_is_in_recovery() then null else pg_current_wal_lsn() - '0/0'::pg_lsn end)::text as lsn`;
  if (row?.lsn == null) return;
  positions.push({ lsn: BigInt(row.lsn), at });
  if (positions.length > MAX_POSITIONS) positions.shift();
}

/** `positions`: of the primary, the oldest first. `now`: monotonic ms. Never rejects. */
export async function lookAt(
  replica: Sql,
  url: string,
  positions: readonly Position[],
  now: () => number,
): Promise<Replica> {
  try {
    const schema = await checkSchema(replica, url);
    if (schema.kind !== "fits") return { kind: "unusable", why: schema.message };
    let replayed = await readReplayed(replica);
    // Nobody knows yet when the primary was there: it may have moved on a moment ago, after hours of silence.
    if (isBeforeAll(replayed, positions)) {
      await pause(CATCH_UP_MS);
      replayed = await readReplayed(replica);
    }
    const lagMs = replayed.lsn === null ? null : lagOf({ ...replayed, lsn: replayed.lsn }, positions, now());
    if (lagMs !== null && lagMs > MAX_LAG_MS)
      return { kind: "unusable", why: `it is ${Math.round(lagMs / 1_000)} s behind the primary` };
    return { kind: "follows", lagMs };
  } catch (error) {
    return { kind: "unusable", why: explainDbError(error, url) };
  }
}

type Replayed = {
  /** null: it does not replay the log of a primary. */
  readonly lsn: bigint | null;
  /** How long ago the last transaction was committed that it has, ms; null: it has had none since its start. */
  readonly ageMs: number | null;
};

const CATCH_UP_MS = 250;

async function readReplayed(replica: Sql): Promise<Replayed> {
  const [row] = await replica<{ lsn: string | null; ageMs: number | null }[]>`
    select (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() - '0/0'::pg_lsn end)::text as lsn,
      (extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000)::float8 as "ageMs"`;
  return { lsn: row?.lsn == null ? null : BigInt(row.lsn), ageMs: row?.ageMs ?? null };
}

const isBeforeAll = ({ lsn }: Replayed, [oldest]: readonly Position[]): boolean =>
  lsn !== null && oldest !== undefined && oldest.lsn > lsn;

/**
 * How far it is behind at most, ms: the time since the first position that it has not reached. 0: it has all. Before all of them only its last
 * transaction tells.
 */
export function lagOf(
  { lsn, ageMs }: { readonly lsn: bigint; readonly ageMs: number | null },
  positions: readonly Position[],
  now: number,
): number {
  const ahead = positions.findIndex((position) => position.lsn > lsn);
  if (ahead < 0) return 0;
  const since = now - (positions[ahead]?.at ?? now);
  return ahead === 0 ? Math.max(since, ageMs ?? Number.POSITIVE_INFINITY) : since;
}
