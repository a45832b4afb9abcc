/** Channels whose provider does not answer, as staff are shown them; and the buyers who wait for such a channel. */
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";
import { float8, rowSet, text } from "../../rows.ts";

export type OutageWrite = { readonly channel: string; readonly ms: number; readonly code: string };

const outages = rowSet<OutageWrite>({
  channel: text(({ channel }) => channel),
  ms: float8(({ ms }) => ms),
  code: text(({ code }) => code),
});

/** An outage that nobody has renewed for so long is over: the process that saw it has ended. */
export const OUTAGE_FORGOTTEN_MS = 120_000;

/** The process that saw it first says since when. */
export function noteOutages(sql: Sql, rows: readonly OutageWrite[]) {
  return sql`
    insert into channel_outages as o (channel, since, seen_at, code)
    select n.channel, dunlin_now() - n.ms * interval '1 ms', dunlin_now(), n.code from ${outages.rows(sql, rows)} order by n.channel
    on conflict (channel) do update set seen_at = excluded.seen_at, code = excluded.code,
      since = case when o.seen_at < excluded.seen_at - ${OUTAGE_FORGOTTEN_MS} * interval '1 ms' then excluded.since
        else least(o.since, excluded.since) end`;
}

export function endOutages(sql: Sql, channels: readonly string[]) {
  return sql`delete from channel_outages where channel = any(${texts(channels)}::text[])`;
}

/** Epoch ms. */
export type Outage = { readonly channel: string; readonly since: number; readonly code: string };

/** The outages of now. */
export function readOutages(sql: Sql) {
  return sql<Outage[]>`
    select channel, since, code from channel_outages
    where seen_at > dunlin_now() - ${OUTAGE_FORGOTTEN_MS} * interval '1 ms' order by channel`;
}

const CHUNK = 5_000;

/** Buyers that wait for the channel are decided again: they may take another one now. Those that somebody holds stay. */
export async function endWaitsFor(sql: Sql, channel: string): Promise<void> {
  for (let count = CHUNK; count === CHUNK; ) {
    const done = await sql`
      with waiting as (
        select shop_id, id from buyers where waits_for is not null and waits_for = ${channel} limit ${CHUNK} for update skip locked)
      update buyers b set wake_at = b.waits_since, waits_for = null, waits_since = null
      from waiting w where b.shop_id = w.shop_id and b.id = w.id`;
    count = done.count;
  }
}
