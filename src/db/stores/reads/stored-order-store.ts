/** Reads the orders of a period with all their events and what is known of their buyers, page by page. Contacts and names stay encrypted. */
import type { EventType } from "../../../core/order/event.ts";
import type { Sql } from "../../client.ts";
import { plain, texts } from "../../columns.ts";
import { ts } from "../../types.ts";
import type { Profile } from "../buyers/loaded-buyer.ts";

export type StoredEvent = {
  readonly order_id: string;
  readonly id: string;
  readonly type: EventType;
  readonly occurred_at: number;
  /** The order as reported, without its buyer. */
  readonly told: Readonly<Record<string, unknown>>;
};

export type StoredBuyer = {
  readonly id: string;
  readonly platform_id: string | null;
  /** Signed, as it is stored. */
  readonly bucket: number;
  readonly profile: Profile;
};

/** The latest contact of its kind. */
export type StoredContact = {
  readonly buyer_id: string;
  readonly kind: string;
  readonly hash: Buffer;
  readonly cipher: Buffer;
  readonly suppressed: boolean;
};

export type StoredPage = {
  readonly orders: readonly { readonly id: string; readonly buyer_id: string | null }[];
  /** By order, each in the order in which they were received. */
  readonly events: readonly StoredEvent[];
  readonly buyers: readonly StoredBuyer[];
  readonly contacts: readonly StoredContact[];
};

/** The shops that have orders. Skips from shop to shop in the primary key. */
export async function shopsWithOrders(sql: Sql): Promise<string[]> {
  const rows = await sql<{ shop_id: string | null }[]>`
    with recursive shop as (
      (select shop_id from orders order by shop_id limit 1)
      union all
      select (select o.shop_id from orders o where o.shop_id > shop.shop_id order by o.shop_id limit 1) from shop where shop.shop_id is not null)
    select shop_id from shop where shop_id is not null`;
  return rows.flatMap(({ shop_id }) => shop_id ?? []);
}

export async function hasOrders(sql: Sql, shop: string): Promise<boolean> {
  const [row] = await sql<{ some: boolean }[]>`select exists (select from orders where shop_id = ${shop}) as some`;
  return row?.some === true;
}

/** Orders of the shop that were created in [from, to), `size` at a time in the order of their ids. `sql`: a transaction that sees one snapshot. */
export async function* storedOrders(
  sql: Sql,
  {
    shop,
    from,
    to,
    size,
  }: { readonly shop: string; readonly from: number; readonly to: number; readonly size: number },
): AsyncGenerator<StoredPage> {
  // A cursor, since pages by the last id could read all orders of the shop for each page.
  await sql`
    declare stored_orders no scroll cursor for
    select id, buyer_id from orders
    where shop_id = ${shop} and created_at >= ${ts(from)} and created_at < ${ts(to)} order by id`;
  for (;;) {
    const orders = await sql<
      { id: string; buyer_id: string | null }[]
    >`fetch ${sql.unsafe(String(size))} from stored_orders`;
    if (orders.length === 0) break;
    yield { orders, ...(await factsOf(sql, shop, orders)) };
  }
  await sql`close stored_orders`;
}

async function factsOf(sql: Sql, shop: string, orders: StoredPage["orders"]): Promise<Omit<StoredPage, "orders">> {
  const buyers = plain([...new Set(orders.flatMap(({ buyer_id }) => buyer_id ?? []))]);
  return {
    events: await sql<StoredEvent[]>`
      select order_id, id, type, occurred_at, told from order_events
      where shop_id = ${shop} and order_id = any(${texts(orders.map(({ id }) => id))}::text[])
      order by order_id, received_at, id`,
    buyers: await sql<StoredBuyer[]>`
      select id, platform_id, bucket, profile from buyers where shop_id = ${shop} and id = any(${buyers}::uuid[])`,
    contacts: await sql<StoredContact[]>`
      select distinct on (c.buyer_id, c.kind) c.buyer_id, c.kind, c.hash, c.cipher,
        exists (select from suppressions s where s.shop_id = c.shop_id and s.hash = coalesce(c.address, c.hash)) as suppressed
      from contacts c where c.shop_id = ${shop} and c.buyer_id = any(${buyers}::uuid[])
      order by c.buyer_id, c.kind, c.told_at desc, c.told_id collate "C" desc`,
  };
}
