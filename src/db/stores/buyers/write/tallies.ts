/** The sums from which automatic pauses are decided. */
import type { Tally } from "../../../../core/limits/auto-pause.ts";
import type { Sql } from "../../../client.ts";
import { pauseWindowKey } from "../../../keys.ts";
import { bytea, float8, instant, int4, rowSet, text } from "../../../rows.ts";

export type Tallied = { readonly kind: "channel" | "campaign"; readonly name: string };
/** `at`: when the send was claimed, epoch ms. */
export type TallyWrite = Tallied & Tally & { readonly at: number };

const tallies = rowSet<TallyWrite>({
  kind: text(({ kind }) => kind),
  name: text(({ name }) => name),
  at: instant(({ at }) => at),
  sends: int4(({ sends }) => sends),
  rejected: int4(({ rejected }) => rejected),
  invalid: int4(({ invalid }) => invalid),
  opt_outs: int4(({ optOuts }) => optOuts),
});

/** In pieces of ten seconds. Rows are locked in one order. */
const PIECE = "10 seconds";
export const PIECE_MS = 10_000;

export function addTallies(sql: Sql, rows: readonly TallyWrite[]) {
  return sql`
    insert into tallies as t (kind, name, at, sends, rejected, invalid, opt_outs)
    select n.kind, n.name, date_bin(${PIECE}::interval, n.at, '2000-01-01'), sum(n.sends), sum(n.rejected), sum(n.invalid), sum(n.opt_outs)
    from ${tallies.rows(sql, rows)} group by 1, 2, 3 order by 1, 2, 3
    on conflict (kind, name, at) do update set sends = t.sends + excluded.sends, rejected = t.rejected + excluded.rejected,
      invalid = t.invalid + excluded.invalid, opt_outs = t.opt_outs + excluded.opt_outs`;
}

export type OptOut = { readonly shop: string; readonly hash: Buffer; readonly channel: string };

const optOuts = rowSet<OptOut>({
  shop_id: text(({ shop }) => shop),
  hash: bytea(({ hash }) => hash),
  channel: text(({ channel }) => channel),
});

/** An opt-out counts for the last message of the channel to the buyer, in its piece and for its campaign. Reports count it with the message. */
export function addOptOuts(tx: Sql, rows: readonly OptOut[]) {
  return tx`
    with last as (
      select n.shop_id, n.channel, sent.* from ${optOuts.rows(tx, rows)}
      join contacts k on k.shop_id = n.shop_id and (k.hash = n.hash or k.address = n.hash)
      cross join lateral (
        select r.campaign, d.claimed_at, d.id from reminders r
        join deliveries d on d.shop_id = r.shop_id and d.reminder_id = r.id and d.channel = n.channel and d.standing
        where r.shop_id = k.shop_id and r.buyer_id = k.buyer_id order by d.claimed_at desc limit 1) sent),
    noted as (
      update deliveries d set opted_out_at = dunlin_now() from last where d.shop_id = last.shop_id and d.id = last.id and d.opted_out_at is null)
    insert into tallies as t (kind, name, at, sends, rejected, invalid, opt_outs)
    select part.kind, part.name, date_bin(${PIECE}::interval, last.claimed_at, '2000-01-01'), 0, 0, 0, count(*)
    from last cross join lateral (values ('channel', last.channel), ('campaign', last.campaign)) part(kind, name)
    where part.name is not null group by 1, 2, 3 order by 1, 2, 3
    on conflict (kind, name, at) do update set opt_outs = t.opt_outs + excluded.opt_outs`;
}

type Window = Tallied & { readonly within: number };

const windows = rowSet<Window>({
  kind: text(({ kind }) => kind),
  name: text(({ name }) => name),
  ms: float8(({ within }) => within),
});

/** The sums of these parts, each within its time and since somebody resumed it. Reads some hundred rows for each part. */
export function sumTallies(sql: Sql, parts: readonly Window[]) {
  return sql<(Tallied & Tally)[]>`
    select n.kind, n.name, sum(t.sends)::int as sends, sum(t.rejected)::int as rejected, sum(t.invalid)::int as invalid,
      sum(t.opt_outs)::int as "optOuts"
    from ${windows.rows(sql, parts)}
    left join settings s on s.key = 'pause_window:' || n.kind || ':' || n.name
    join tallies t on t.kind = n.kind and t.name = n.name and t.at > dunlin_now() - n.ms * interval '1 ms'
      and (s.value is null or t.at >= to_timestamp((s.value #>> '{}')::float8 / 1000))
    group by 1, 2`;
}

/** Only sends from the next piece on count for the part. */
export function startWindow(tx: Sql, { kind, name }: { readonly kind: string; readonly name: string }) {
  return tx`
    insert into settings (key, value)
    values (${pauseWindowKey(kind, name)}, to_jsonb((ceil(extract(epoch from dunlin_now()) * 1000 / ${PIECE_MS}::float8) * ${PIECE_MS}::float8)::bigint))
    on conflict (key) do update set value = excluded.value`;
}

/** Deletes sums that no pause looks at any more. */
export function dropTallies(sql: Sql, keepMs: number) {
  return sql`delete from tallies where at < dunlin_now() - ${keepMs}::float8 * interval '1 ms'`;
}
