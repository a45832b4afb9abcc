/**
 * Lists the orders that the figures of the report count, a page at a time, newest first. A page reads an index of each shop backwards, so an old page
 * costs no more than a new one.
 */
import type { PendingQuery, Row } from "postgres";
import type { Sql } from "../../../client.ts";
import { bytes, texts } from "../../../columns.ts";
import { ts } from "../../../types.ts";
import { ofSent } from "../reminder-state.ts";
import { inWindows, type Window } from "../windows.ts";

export const ORDER_STATES = ["unpaid", "paid", "closed", "refunded"] as const;
export type OrderState = (typeof ORDER_STATES)[number];

export type OrderFilter = {
  /** In which to look. */
  readonly shops: readonly string[];
  readonly state: OrderState | null;
  /** The campaign of its case; with `recovered` true that of the reminder. */
  readonly campaign: string | null;
  /** true: those that are credited to a reminder, by the time of that reminder. false: the others. null: both, by the time of the order. */
  readonly recovered: boolean | null;
  readonly windows: readonly Window[];
  /** Only this order or buyer. Then orders are found that no figure counts, too. */
  readonly search: OrderSearch | null;
};

export type OrderSearch = {
  /** As an id, of the order or the buyer. */
  readonly id: string;
  readonly numbers: readonly string[];
  /** As a phone number: its keyed hashes in each shop. */
  readonly contacts: readonly { readonly shop: string; readonly hash: Buffer }[];
};

/** The last row of the page before. */
export type OrderPlace = { readonly at: number; readonly shop: string; readonly id: string };

export type OrderListRow = OrderPlace & {
  readonly number: string | null;
  readonly buyer: string | null;
  /** The last reported phone number, sealed. */
  readonly phone: Buffer | null;
  readonly state: OrderState;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly created_at: number | null;
  readonly closes_at: number | null;
  readonly paid_at: number | null;
  readonly case_id: string | null;
  readonly campaign: string | null;
  readonly recovered_campaign: string | null;
  readonly step: string | null;
  readonly reminder_id: string | null;
  readonly reminded_at: number | null;
  readonly recovered_amount: number | null;
  readonly recovered_currency: string | null;
};

type Fragment = PendingQuery<Row[]>;

const isState = (sql: Sql, state: OrderState): Fragment =>
  state === "refunded" ? sql`o.refunded_at is not null` : sql`(o.status = ${state} and o.refunded_at is null)`;

const all = (sql: Sql, conditions: readonly Fragment[]): Fragment =>
  conditions.reduce<Fragment>((sum, each) => sql`${sum} and ${each}`, sql`true`);

export function listOrders(
  sql: Sql,
  filter: OrderFilter,
  { after, limit }: { readonly after: OrderPlace | null; readonly limit: number },
) {
  return sql<OrderListRow[]>`
    with page as (
      select found.* from unnest(${texts(filter.shops)}::text[]) as s(shop_id)
      cross join lateral (${ofShop(sql, filter, after, limit)}) found
      order by at desc, shop_id desc, id desc limit ${limit})
    select p.at, o.shop_id as shop, o.id, o.number, b.platform_id as buyer, phone.cipher as phone,
      case when o.refunded_at is not null then 'refunded' else o.status end as state, o.amount, o.currency, o.created_at, o.closes_at, o.paid_at,
      o.case_id, c.campaign, v.campaign as recovered_campaign, v.step, v.reminder_id, v.reminded_at, v.amount as recovered_amount,
      v.currency as recovered_currency
    from page p join orders o on o.shop_id = p.shop_id and o.id = p.id
    left join buyers b on b.shop_id = o.shop_id and b.id = o.buyer_id
    left join cases c on c.shop_id = o.shop_id and c.id = o.case_id
    left join recoveries v on v.shop_id = o.shop_id and v.order_id = o.id and ${ofSent(sql)}
    left join lateral (
      select k.cipher from contacts k where k.shop_id = o.shop_id and k.buyer_id = o.buyer_id and k.kind in ('phone', 'call')
      order by k.told_at desc, k.told_id desc limit 1) phone on true
    order by p.at desc, p.shop_id desc, p.id desc`;
}

/** The first `limit` of the shop `s`: `at`, `shop_id`, `id`. */
function ofShop(sql: Sql, filter: OrderFilter, after: OrderPlace | null, limit: number): Fragment {
  const { state, campaign, recovered, windows, search } = filter;
  // With a search, an order may have no time of its own yet.
  const at =
    recovered === true ? "v.reminded_at" : search === null ? "o.created_at" : "coalesce(o.created_at, o.seen_at)";
  const place = sql.unsafe(at);
  const where = all(sql, [
    ...(state === null ? [] : [isState(sql, state)]),
    ...(search === null ? [] : [isSearched(sql, search)]),
    inWindows(sql, windows, { shop: "o.shop_id", at }),
    ...(after === null ? [] : [sql`(${place}, o.shop_id, o.id) < (${ts(after.at)}, ${after.shop}, ${after.id})`]),
  ]);
  if (recovered === true)
    return sql`
      select v.reminded_at as at, v.shop_id, v.order_id as id from recoveries v
      join orders o on o.shop_id = v.shop_id and o.id = v.order_id
      where v.shop_id = s.shop_id and ${ofSent(sql)} and ${campaign === null ? sql`true` : sql`v.campaign = ${campaign}`} and ${where}
      order by v.reminded_at desc, v.order_id desc limit ${limit}`;
  const conditions = all(sql, [
    where,
    // As the report counts them: received unpaid, and may be reminded of.
    ...(search === null ? [sql`o.counted_for is not null`] : []),
    ...(recovered === false ? [isNotRecovered(sql)] : []),
    ...(campaign === null ? [] : [sql`o.counted_for = ${campaign}`]),
  ]);
  return sql`
    select ${place} as at, o.shop_id, o.id from orders o
    where o.shop_id = s.shop_id and ${conditions}
    order by ${place} desc, o.id desc limit ${limit}`;
}

/** `offset 0` has the rows looked up one by one: else the planner may read all recoveries first, though a page needs few of them. */
const isNotRecovered = (sql: Sql): Fragment => sql`
  not exists (select from recoveries v where v.shop_id = o.shop_id and v.order_id = o.id and ${ofSent(sql)} offset 0)`;

/** By lists of keys, so that each is looked up in an index. */
const isSearched = (sql: Sql, { id, numbers, contacts }: OrderSearch): Fragment => sql`
  o.id = any(array(
    select n.id from orders n where n.shop_id = s.shop_id and n.id = ${id}
    union all
    select n.id from orders n where n.shop_id = s.shop_id and n.number = any(${texts(numbers)}::text[])
    union all
    select n.id from buyers b join orders n on n.shop_id = b.shop_id and n.buyer_id = coalesce(b.merged_into, b.id)
    where b.shop_id = s.shop_id and b.platform_id = ${id}
    union all
    select n.id from unnest(${texts(contacts.map(({ shop }) => shop))}::text[], ${bytes(contacts.map(({ hash }) => hash))}::bytea[]) as h(shop_id, hash)
    join contacts k on k.shop_id = h.shop_id and k.hash = h.hash
    join orders n on n.shop_id = k.shop_id and n.buyer_id = k.buyer_id
    where h.shop_id = s.shop_id))`;
