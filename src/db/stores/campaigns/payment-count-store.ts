/**
 * The counts from which the guard decides (core/limits/guard.ts). Each order is counted once, when it is old enough; a sum of weeks reads the rows of
 * hours, however many orders they had.
 */
import { JUDGED_AFTER, OLD, type Shares, USUAL_WITHIN } from "../../../core/limits/guard.ts";
import { DAY, HOUR, MINUTE } from "../../../core/values/duration.ts";
import type { PaymentMethod } from "../../../core/values/payment-method.ts";
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";
import { methodNameOf, pauseWindowKey } from "../../keys.ts";
import { bool, float8, instant, int4, rowSet, text } from "../../rows.ts";

/** Epoch ms. */
export type Minute = PaymentMethod & Shares & { readonly at: number };

const CURSOR = "guard_counted_until";
/** Orders that nobody counted for so long are left out. */
const LONGEST_GAP = HOUR;
/** An order and its first event are stored in one transaction, and not in one moment. */
const AROUND = MINUTE;
/** `within` is at most a day. */
const MINUTES_KEPT = DAY + HOUR;

/** An order that says something about its payment method. `chase_from` is the epoch if it may be chased, and is no presale. */
const countable = (sql: Sql) => sql`
  o.chase_from = 'epoch' and not o.cash_on_delivery and o.details ->> 'paymentMethod' is not null
    and o.created_at > o.seen_at - ${OLD}::float8 * interval '1 ms'`;

const between = (sql: Sql, column: string, from: number, to: number, slack = 0) => sql`
  ${sql(column)} > ${new Date(from - slack)} and ${sql(column)} <= ${new Date(to + slack)}`;

/**
 * The orders first received until `to` that were not counted yet, and moves the cursor: call it in the transaction that stores the counts. The
 * first call finds none. Reads the events of that time, and their orders.
 */
export async function countSince(tx: Sql, to: number): Promise<readonly Minute[]> {
  const until = tx`to_jsonb(${Math.floor(to)}::float8)`;
  const [cursor] = await tx<{ until: number }[]>`
    insert into settings (key, value) values (${CURSOR}, ${until})
    on conflict (key) do update set value = settings.value returning (value #>> '{}')::float8 as until`;
  const from = Math.max(cursor?.until ?? to, to - LONGEST_GAP);
  if (from >= to) return [];
  await tx`update settings set value = ${until} where key = ${CURSOR}`;
  return tx<Minute[]>`
    with received as (
      select distinct shop_id, order_id from order_events where ${between(tx, "received_at", from, to, AROUND)})
    select o.shop_id as shop, o.details ->> 'paymentMethod' as method, date_trunc('minute', o.seen_at) as at, count(*)::int as orders,
      count(*) filter (where o.paid_at is null)::int as unpaid
    from received e join orders o on o.shop_id = e.shop_id and o.id = e.order_id
    where ${between(tx, "seen_at", from, to)} and ${countable(tx)}
    group by 1, 2, 3`;
}

type Counted = Minute & { readonly isUsual: boolean };

const counts = rowSet<Counted>({
  shop_id: text(({ shop }) => shop),
  method: text(({ method }) => method),
  at: instant(({ at }) => at),
  orders: int4(({ orders }) => orders),
  unpaid: int4(({ unpaid }) => unpaid),
  usual: bool(({ isUsual }) => isUsual),
});

/** `isUsual`: it counts for the usual share, too. */
export function addCounts(tx: Sql, rows: readonly Counted[]) {
  return tx`
    insert into payment_counts as c (shop_id, method, span, at, orders, unpaid)
    select n.shop_id, n.method, part.span, date_trunc(part.span, n.at), sum(n.orders), sum(n.unpaid)
    from ${counts.rows(tx, rows)} cross join (values ('minute'), ('hour')) part(span)
    where part.span = 'minute' or n.usual
    group by 1, 2, 3, 4
    on conflict (shop_id, method, span, at) do update set orders = c.orders + excluded.orders, unpaid = c.unpaid + excluded.unpaid`;
}

/** Those of the shops of which nothing was counted yet. */
export async function uncountedShops(tx: Sql, shops: readonly string[]): Promise<readonly string[]> {
  const rows = await tx<{ shop: string }[]>`
    select n.shop from unnest(${texts(shops)}::text[]) as n(shop)
    where not exists (select from payment_counts c where c.shop_id = n.shop)`;
  return rows.map(({ shop }) => shop);
}

/**
 * Counts what came of a shop in (from, to], as `countSince` would have: unpaid is an order that was not paid within `JUDGED_AFTER`. Reads the events of that time,
 * and their orders.
 */
export function countStored(sql: Sql, shop: string, from: number, to: number) {
  return sql`
    with received as (
      select distinct order_id from order_events where ${between(sql, "received_at", from, to, AROUND)} and shop_id = ${shop})
    insert into payment_counts as c (shop_id, method, span, at, orders, unpaid)
    select o.shop_id, o.details ->> 'paymentMethod', 'hour', date_trunc('hour', o.seen_at), count(*),
      count(*) filter (where o.paid_at is null or o.paid_at > o.created_at + ${JUDGED_AFTER}::float8 * interval '1 ms')
    from received e join orders o on o.shop_id = ${shop} and o.id = e.order_id
    where ${between(sql, "seen_at", from, to)} and ${countable(sql)}
    group by 1, 2, 3, 4
    on conflict (shop_id, method, span, at) do update set orders = c.orders + excluded.orders, unpaid = c.unpaid + excluded.unpaid`;
}

export type GuardedShop = { readonly shop: string; readonly within: number };
export type MethodShares = PaymentMethod & { readonly recent: Shares; readonly usual: Shares; readonly held: boolean };

const guarded = rowSet<GuardedShop>({ shop_id: text(({ shop }) => shop), within: float8(({ within }) => within) });

/** Shops of which something was counted in the last day. */
export async function countedShops(sql: Sql): Promise<readonly string[]> {
  const rows = await sql<{ shop: string }[]>`select distinct shop_id as shop from payment_counts where span = 'minute'`;
  return rows.map(({ shop }) => shop);
}

/**
 * The shares of every method of these shops: of the window up to `to`, and since somebody let it go; and of the weeks before the window. Reads some
 * hundred rows for each method.
 */
export function readShares(sql: Sql, shops: readonly GuardedShop[], to: number) {
  const end = new Date(to);
  const from = sql`${end}::timestamptz - n.within * interval '1 ms'`;
  return sql<MethodShares[]>`
    with method as (
      select c.shop_id, c.method, s.value, p.name is not null as held,
        coalesce(sum(c.orders) filter (where c.span = 'minute' and c.at > ${from} and c.at >= coalesce(
          to_timestamp((s.value #>> '{}')::float8 / 1000), '-infinity')), 0)::int as orders,
        coalesce(sum(c.unpaid) filter (where c.span = 'minute' and c.at > ${from} and c.at >= coalesce(
          to_timestamp((s.value #>> '{}')::float8 / 1000), '-infinity')), 0)::int as unpaid,
        coalesce(sum(c.orders) filter (where c.span = 'hour' and c.at + interval '1 hour' <= ${from}), 0)::int as usual_orders,
        coalesce(sum(c.unpaid) filter (where c.span = 'hour' and c.at + interval '1 hour' <= ${from}), 0)::int as usual_unpaid
      from ${guarded.rows(sql, shops)} join payment_counts c on c.shop_id = n.shop_id
      left join pauses p on p.kind = 'payment_method' and p.name = ${nameOf(sql)}
      left join settings s on s.key = ${pauseWindowKey("payment_method", "")} || ${nameOf(sql)}
      group by 1, 2, 3, 4)
    select shop_id as shop, method, held, json_build_object('orders', orders, 'unpaid', unpaid) as recent,
      json_build_object('orders', usual_orders, 'unpaid', usual_unpaid) as usual
    from method order by shop_id, method`;
}

const nameOf = (sql: Sql) => methodNameOf(sql, "c", sql`c.method`);

/** Deletes counts that no share looks at any more. */
export function dropCounts(sql: Sql, now: number) {
  return sql`
    delete from payment_counts
    where at < case span when 'minute' then ${new Date(now - MINUTES_KEPT)}::timestamptz else ${new Date(now - USUAL_WITHIN - DAY)} end`;
}
