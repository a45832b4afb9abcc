/** The sends that are planned for the next time, counted: one statement, whose rows are groups and not reminders. */
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";
import { methodNameOf } from "../../keys.ts";

export type UpcomingRow = {
  readonly shop: string;
  readonly campaign: string;
  readonly step: string;
  /** Epoch ms, the start of the minute. An overdue send counts in the present minute. */
  readonly minute: number;
  /** The channel that is decided already: the send waits for it. null: the first one with a contact. */
  readonly channel: string | null;
  /** The contacts of the buyers by kind; a `!` behind one: it is suppressed. */
  readonly kinds: readonly string[];
  /** For campaigns with a holdout: the buyer's bucket, signed as it is stored. */
  readonly bucket: number | null;
  readonly retry: boolean;
  /** The payment method of one of its orders is paused. */
  readonly paused: boolean;
  readonly count: number;
};

/** `held`: the campaigns with a holdout. `anyMethod`: whether a payment method is paused. Its cost is that of the buyers who have something to decide until then. */
export async function findUpcoming(
  sql: Sql,
  forMs: number,
  held: readonly string[],
  anyMethod: boolean,
): Promise<{ readonly now: number; readonly rows: readonly UpcomingRow[] }> {
  const [clock] = await sql<{ now: number }[]>`
    select dunlin_now() as now`;
  const now = clock?.now ?? 0;
  const until = new Date(now + forMs);
  const isPaused = anyMethod
    ? sql`exists (
        select from orders o join pauses p on p.kind = 'payment_method'
          and p.name = ${methodNameOf(sql, "o", sql`o.details ->> 'paymentMethod'`)}
        where o.shop_id = r.shop_id and o.id = any(r.orders))`
    : sql`false`;
  const rows = await sql<UpcomingRow[]>`
    with next as (
      select shop_id, id, bucket, waits_for from buyers where wake_at < ${until}
      union all
      select shop_id, id, bucket, waits_for from buyers where waits_for is not null and (wake_at is null or wake_at >= ${until})),
    send as (
      select r.shop_id, r.campaign, r.step, greatest(r.due_at, ${new Date(now)}::timestamptz) as at,
        case when r.due_at <= ${new Date(now)}::timestamptz then next.waits_for end as channel, false as retry, ${isPaused} as paused,
        case when r.campaign = any(${texts(held)}::text[]) then next.bucket end as bucket,
        coalesce((
          select array_agg(distinct k.kind || case when exists (
            select from suppressions s where s.shop_id = k.shop_id and s.hash = coalesce(k.address, k.hash)) then '!' else '' end)
          from contacts k where k.shop_id = next.shop_id and k.buyer_id = next.id), '{}') as kinds
      from next join reminders r on r.shop_id = next.shop_id and r.buyer_id = next.id and r.decided_at is null and r.kind = 'send'
        and r.campaign is not null and r.step is not null and r.due_at < ${until}
      union all
      select shop_id, campaign, step, greatest(retry_at, ${new Date(now)}::timestamptz), retry_channel, true, ${isPaused}, null, '{}'
      from reminders r where retry_at < ${until} and campaign is not null and step is not null)
    select shop_id as shop, campaign, step, date_trunc('minute', at) as minute, channel, retry, paused, bucket, to_jsonb(kinds) as kinds,
      count(*)::int as count
    from send group by 1, 2, 3, 4, 5, 6, 7, 8, kinds`;
  return { now, rows };
}
