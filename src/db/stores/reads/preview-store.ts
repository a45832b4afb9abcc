/** Reads the data for a message about an order. Without locks, because a preview decides nothing. */

import type { Order } from "../../../core/order/order.ts";
import type { Sql } from "../../client.ts";
import type { Profile } from "../buyers/loaded-buyer.ts";
import { ORDER_COLUMNS, type OrderDetails, type OrderRow, orderOf } from "../buyers/order-rows.ts";

export type PreviewOrder = {
  readonly id: string;
  readonly number: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly created_at: number;
  readonly closes_at: number | null;
  readonly details: OrderDetails;
};

export type PreviewRows = {
  readonly now: number;
  /** The order and the other orders of its case, without orders whose price is not known yet. */
  readonly orders: readonly PreviewOrder[];
  readonly profile: Profile;
  /** The phone number that was received last, encrypted. */
  readonly phone: Buffer | null;
};

export type RecentOrder = {
  readonly order: Order;
  readonly profile: Profile;
  /** The phone number that was received last, encrypted; null: none is stored. */
  readonly phone: Buffer | null;
};

/** The newest orders of the shop, `limit` at most, without those that nobody may chase and those whose price is not known. */
export async function recentOrders(sql: Sql, shop: string, limit: number): Promise<RecentOrder[]> {
  const rows = await sql<(OrderRow & Pick<RecentOrder, "phone"> & { readonly profile: Profile | null })[]>`
    select o.*, b.profile, phone.cipher as phone
    from (
      select ${sql.unsafe(ORDER_COLUMNS)} from orders o where o.shop_id = ${shop} and o.created_at is not null
      order by o.created_at desc, o.id desc limit ${limit}) o
    left join buyers b on b.shop_id = o.shop_id and b.id = o.buyer_id
    left join lateral (
      select k.cipher from contacts k where k.shop_id = o.shop_id and k.buyer_id = o.buyer_id and k.kind = 'phone'
      order by k.told_at desc, k.told_id collate "C" desc limit 1) phone on true
    where o.amount is not null and o.currency is not null and o.chase_from is not null
    order by o.created_at desc, o.id desc`;
  return rows.map(({ profile, phone, ...row }) => ({ order: orderOf(row), profile: profile ?? {}, phone }));
}

/** Orders that are looked at for the longest link: enough for its length, and few enough for any shop. */
const LINKS = 500;

/** The longest pay link among orders of the shop, with letters and digits behind its host hidden, since it belongs to a buyer. null: none. */
export async function longestPayUrl(sql: Sql, shop: string): Promise<string | null> {
  const [row] = await sql<{ url: string }[]>`
    select url from (
      select details->>'payUrl' as url from orders where shop_id = ${shop} order by id desc limit ${LINKS}
    ) recent where url is not null order by length(url) desc, url limit 1`;
  return row === undefined ? null : hidden(row.url);
}

/** `https://pay.acme.example/o/12?k=ab` → `https://pay.acme.example/x/xx?x=xx` */
function hidden(url: string): string {
  const [host = ""] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url) ?? [];
  return host + url.slice(host.length).replace(/[\p{L}\p{N}]/gu, "x");
}

/** null: no event of such an order was received. */
export async function loadPreview(sql: Sql, shop: string, id: string): Promise<PreviewRows | null> {
  const [order] = await sql<{ now: number; buyer_id: string | null; profile: Profile | null }[]>`
    select dunlin_now() as now, o.buyer_id, b.profile
    from orders o left join buyers b on b.shop_id = o.shop_id and b.id = o.buyer_id
    where o.shop_id = ${shop} and o.id = ${id}`;
  if (order === undefined) return null;
  const [orders, phones] = await Promise.all([
    sql<PreviewOrder[]>`
      select s.id, s.number, s.amount, s.currency, s.created_at, s.closes_at, s.details
      from orders o join orders s on s.shop_id = o.shop_id
        and (s.id = o.id or (s.buyer_id = o.buyer_id and o.in_case and s.in_case))
      where o.shop_id = ${shop} and o.id = ${id}
        and s.amount is not null and s.currency is not null and s.created_at is not null
      order by s.created_at, s.id`,
    sql<{ cipher: Buffer }[]>`
      select cipher from contacts where shop_id = ${shop} and buyer_id = ${order.buyer_id} and kind = 'phone'
      order by told_at desc, told_id collate "C" desc limit 1`,
  ]);
  return { now: order.now, orders, profile: order.profile ?? {}, phone: phones[0]?.cipher ?? null };
}
