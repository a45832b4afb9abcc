/** How far shops were polled, and who polls now. Only the holder of the lease writes. */
import type { Sql } from "../../client.ts";
import { rowSet, text } from "../../rows.ts";

export type PollKey = { readonly shop: string; readonly source: string };

export type PollClaim = PollKey & {
  /** Epoch ms by the platform's clock; null: nothing was read yet. */
  readonly cursor: number | null;
  readonly failures: number;
  /** The database's clock. */
  readonly now: number;
};

const keys = rowSet<PollKey>({ shop_id: text(({ shop }) => shop), source: text(({ source }) => source) });

/** Those that are due, at once. */
export function addPolls(sql: Sql, polls: readonly PollKey[]) {
  return sql`
    insert into polls (shop_id, source, next_at, failures)
    select n.shop_id, n.source, dunlin_now(), 0 from ${keys.rows(sql, polls)} on conflict do nothing`;
}

/** Takes up to `limit` polls that are due and that nobody holds, the longest due first. */
export function claimPolls(
  sql: Sql,
  polls: readonly PollKey[],
  { owner, leaseMs, limit }: { readonly owner: string; readonly leaseMs: number; readonly limit: number },
) {
  return sql<PollClaim[]>`
    update polls p set owner = ${owner}, lease_until = c.at + ${leaseMs} * interval '1 ms'
    from (
      select l.shop_id, l.source, clock.at
      from (select dunlin_now() as at) clock, polls l join ${keys.rows(sql, polls)} using (shop_id, source)
      where l.next_at <= clock.at and (l.lease_until is null or l.lease_until <= clock.at)
      order by l.next_at limit ${limit} for update of l skip locked
    ) c
    where p.shop_id = c.shop_id and p.source = c.source
    returning p.shop_id as shop, p.source, (extract(epoch from p.cursor) * 1000)::float8 as cursor, p.failures,
      (extract(epoch from c.at) * 1000)::float8 as now`;
}

/** Moves the cursor on, never back, and extends the lease. false: another process holds it now. */
export async function advancePoll(
  sql: Sql,
  { shop, source }: PollKey,
  { owner, leaseMs, cursor }: { readonly owner: string; readonly leaseMs: number; readonly cursor: number | null },
): Promise<boolean> {
  const rows = await sql`
    update polls set lease_until = dunlin_now() + ${leaseMs} * interval '1 ms',
      cursor = greatest(cursor, to_timestamp(${cursor}::float8 / 1000))
    where shop_id = ${shop} and source = ${source} and owner = ${owner} returning 1`;
  return rows.length > 0;
}

/** Gives the lease back. `fault` undefined: the poll was cut short, and says nothing; null: it went well. */
export async function endPoll(
  sql: Sql,
  { shop, source }: PollKey,
  { owner, inMs, fault }: { readonly owner: string; readonly inMs: number; readonly fault: string | null | undefined },
): Promise<void> {
  const result =
    fault === undefined
      ? sql``
      : fault === null
        ? sql`, polled_at = dunlin_now(), failures = 0, fault = null, failed_at = null`
        : sql`, failures = failures + 1, fault = ${fault}, failed_at = dunlin_now()`;
  await sql`
    update polls set owner = null, lease_until = null, next_at = dunlin_now() + ${inMs} * interval '1 ms' ${result}
    where shop_id = ${shop} and source = ${source} and owner = ${owner}`;
}

export type PollState = PollKey & {
  /** How old they are, ms; null: never. */
  readonly cursorAge: number | null;
  readonly polledAge: number | null;
  readonly failures: number;
  readonly fault: string | null;
};

export function listPolls(sql: Sql) {
  return sql<PollState[]>`
    select shop_id as shop, source, failures, fault,
      (extract(epoch from dunlin_now() - cursor) * 1000)::float8 as "cursorAge",
      (extract(epoch from dunlin_now() - polled_at) * 1000)::float8 as "polledAge"
    from polls`;
}
