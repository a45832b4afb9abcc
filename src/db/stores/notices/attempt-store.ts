/** The latest attempts by channel. The statement costs the same however much is stored. */
import { DAY } from "../../../core/values/duration.ts";
import type { Sql } from "../../client.ts";
import { idAt, readClock } from "./fact-store.ts";

/** Instants are epoch ms. */
export type ChannelAttempts = {
  readonly channel: string;
  /** Those of the last hour that have an outcome, and how many of them failed or may have failed. */
  readonly attempts: number;
  readonly failed: number;
  /** The last failure of the day: when, the provider's code, and what it means in Dunlin's words. */
  readonly failedAt: number | null;
  readonly code: string | null;
  readonly message: string | null;
};

/** All channels together. On a day with more attempts the newest are read. */
export const MAX_ATTEMPTS = 10_000;

/** Ids of deliveries are ordered by the time of their claim. */
export async function readAttempts(sql: Sql, limit = MAX_ATTEMPTS): Promise<readonly ChannelAttempts[]> {
  const from = idAt((await readClock(sql)) - DAY);
  return sql<ChannelAttempts[]>`
    with newest as materialized (
      select id, channel, state, code, message, coalesce(finished_at, claimed_at) as at,
        state in ('failed-permanent', 'failed-transient', 'unknown') as failed
      from deliveries where id >= ${from}::uuid order by id desc limit ${limit}),
    counted as (
      select channel, count(*) filter (where state <> 'claimed')::int as attempts, count(*) filter (where failed)::int as failed
      from newest where at > dunlin_now() - interval '1 hour' group by channel),
    last as (
      select distinct on (channel) channel, at, code, message from newest
      where failed and at > dunlin_now() - interval '1 day' order by channel, id desc)
    select channel, coalesce(c.attempts, 0) as attempts, coalesce(c.failed, 0) as failed, l.at as "failedAt", l.code, l.message
    from counted c full join last l using (channel)`;
}
