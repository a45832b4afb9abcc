/** Codes of providers that no table lists. */
import type { Sql } from "../../client.ts";

export type UnlistedCode = { readonly channel: string; readonly code: string; readonly count: number };

export async function countUnlisted(sql: Sql, rows: readonly UnlistedCode[]): Promise<void> {
  await Promise.all(
    rows.map(
      ({ channel, code, count }) => sql`
        insert into unlisted_codes (channel, code, count, first_at, last_at)
        values (${channel}, ${code}, ${count}, dunlin_now(), dunlin_now())
        on conflict (channel, code) do update set count = unlisted_codes.count + excluded.count, last_at = excluded.last_at`,
    ),
  );
}

/** Those of the last 30 days, the latest first. */
export function findUnlisted(sql: Sql, limit: number) {
  return sql<UnlistedCode[]>`
    select channel, code, count::float8 as count from unlisted_codes
    where last_at > dunlin_now() - interval '30 days' order by last_at desc limit ${limit}`;
}
