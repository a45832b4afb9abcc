/** Separates a buyer whose ids a shared contact had joined (core/order/separate.ts). The caller holds the buyer's lock. */
import { separate } from "../../../core/order/separate.ts";
import { reporterOf, unpackReporters } from "../../../core/order/sharing.ts";
import type { Sql } from "../../client.ts";
import { plain, texts } from "../../columns.ts";
import type { Key } from "../../keys.ts";
import { settleOrders } from "../buyers/write/buyers.ts";
import { orderExposures } from "../buyers/write/exposures.ts";

type IdRow = { readonly id: string; readonly platform_id: string };
type ContactRow = { readonly hash: Buffer; readonly address: Buffer | null; readonly reporters: string | null };
type OrderRow = { readonly id: string; readonly reporters: string[] | null; readonly through: string[][] | null };

/** The name of a contact in the events that report it without a buyer id: short, and as little readable as its hash. */
export const contactName = (hash: Buffer): string => hash.toString("base64url", 0, 9);

/** `reporters`: those of the contacts that this batch reports, by key (intake/sharing.ts); they are not stored yet. */
export async function splitBuyer(
  sql: Sql,
  { shop, id: buyer }: Key,
  reporters: ReadonlyMap<string, string | null>,
): Promise<void> {
  const [rows, contacts, orders] = await Promise.all([
    sql<IdRow[]>`
      select id, platform_id from buyers
      where shop_id = ${shop} and (id = ${buyer} or merged_into = ${buyer}) and platform_id is not null order by id`,
    sql<ContactRow[]>`select hash, address, reporters from contacts where shop_id = ${shop} and buyer_id = ${buyer}`,
    sql<OrderRow[]>`
      select o.id, array_agg(distinct e.told ->> 'by') filter (where e.told ->> 'by' is not null) as reporters,
        jsonb_agg(e.told -> 'through') filter (where e.told -> 'through' is not null) as through
      from orders o join order_events e on e.shop_id = o.shop_id and e.order_id = o.id
      where o.shop_id = ${shop} and o.buyer_id = ${buyer} group by o.id`,
  ]);
  const own = rows.find(({ id }) => id === buyer);
  if (own === undefined || rows.length < 2) return;
  const reportersOf = ({ hash, reporters: stored }: ContactRow): [string, string[]] => {
    const packed = reporters.get(`${shop}\n${hash.toString("latin1")}`) ?? stored;
    return [contactName(hash), [...unpackReporters(packed).keys()]];
  };
  const names = new Map(rows.map((row) => [reporterOf(row.platform_id), row]));
  const leaving = separate({
    own: reporterOf(own.platform_id),
    ids: [...names.keys()],
    orders: new Map(
      orders.map((order) => [order.id, { reporters: order.reporters ?? [], through: order.through?.flat() ?? [] }]),
    ),
    contacts: new Map(contacts.filter(({ address }) => address === null).map(reportersOf)),
    emails: new Map(contacts.filter(({ address }) => address !== null).map(reportersOf)),
  });
  const hashes = new Map(contacts.map(({ hash }) => [contactName(hash), hash.toString("hex")]));
  if (leaving.length > 0) await Promise.all(settleOrders(sql, shop, plain([buyer])));
  for (const group of leaving) {
    // The oldest of its rows becomes a buyer again, and the others lead to it.
    const ids = group.ids.flatMap((name) => names.get(name)?.id ?? []).sort();
    const heir = ids[0] ?? buyer;
    await Promise.all([
      sql`update buyers set merged_into = case when id = ${heir} then null else ${heir}::uuid end,
            touched = id = ${heir}, wake_at = case when id = ${heir} then dunlin_now() end
          where shop_id = ${shop} and id = any(${plain(ids)}::uuid[])`,
      sql`update orders set buyer_id = ${heir}, case_id = null, in_case = false, counted_for = null
          where shop_id = ${shop} and id = any(${texts(group.orders)}::text[])`,
      sql`update exposures set buyer_id = ${heir}
          where shop_id = ${shop} and buyer_id = ${buyer} and orders && ${texts(group.orders)}::text[]`,
      orderExposures(sql, shop, heir),
      orderExposures(sql, shop, buyer),
      sql`update contacts set buyer_id = ${heir}
          where shop_id = ${shop} and encode(hash, 'hex') = any(${plain(group.contacts.flatMap((name) => hashes.get(name) ?? []))}::text[]) and buyer_id = ${buyer}`,
      copyEmails(
        sql,
        shop,
        heir,
        group.copies.flatMap((name) => hashes.get(name) ?? []),
      ),
    ]);
  }
  if (leaving.length === 0) return;
  await endEmptyCase(sql, { shop, id: buyer });
  await endStrangersPromise(sql, { shop, id: buyer });
}

/** Another row for each, of whomever it is by now. `hashes` in hex. */
function copyEmails(sql: Sql, shop: string, heir: string, hashes: readonly string[]) {
  if (hashes.length === 0) return null;
  return sql`
    insert into contacts (shop_id, hash, address, buyer_id, kind, cipher, key_id, told_at, told_id, reporters)
    select shop_id, uuid_send(gen_random_uuid()), address, ${heir}, kind, cipher, key_id, told_at, told_id, reporters
    from contacts where shop_id = ${shop} and encode(hash, 'hex') = any(${plain(hashes)}::text[])`;
}

/** The rows of a case that has lost all its orders vanish undecided. */
async function endEmptyCase(sql: Sql, { shop, id }: Key): Promise<void> {
  const empty = await sql<{ id: string }[]>`
    update cases c set ended_at = dunlin_now()
    where c.shop_id = ${shop} and c.buyer_id = ${id} and c.ended_at is null
      and not exists (select from orders o where o.shop_id = c.shop_id and o.buyer_id = c.buyer_id and o.case_id = c.id and o.in_case)
    returning c.id`;
  for (const { id: ended } of empty)
    await sql`
      delete from reminders where shop_id = ${shop} and buyer_id = ${id} and case_id = ${ended} and state = 'planned'`;
}

/** A promise for orders that have all left ends, and holds back no others. */
async function endStrangersPromise(sql: Sql, { shop, id }: Key): Promise<void> {
  await sql`
    with moved as (
      update promises p set state = 'ended', why = 'moved', ended_at = dunlin_now() from cases c
      where c.shop_id = ${shop} and c.buyer_id = ${id} and c.ended_at is null and p.shop_id = c.shop_id and p.case_id = c.id and p.state = 'open'
        and not exists (select from orders o where o.shop_id = c.shop_id and o.buyer_id = c.buyer_id and o.id = any(p.orders))
      returning p.case_id)
    update cases c set promise = null from moved where c.shop_id = ${shop} and c.id = moved.case_id`;
}
