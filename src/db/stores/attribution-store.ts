/** Which reminder a payment is credited to: the last one before it that named the order, within its window. */
import type { Sql } from "../client.ts";
import { plain, texts } from "../columns.ts";

type Key = { readonly shop: string; readonly id: string };

/**
 * Credits these orders anew from what is stored: paid and not refunded since → the last reminder that named it, was sent before the
 * payment, and whose window holds it; anything else → no recovery. A send under way counts; if it fails, `recreditFailed` corrects it.
 * The caller holds the buyers' locks.
 */
export async function creditPayments(sql: Sql, keys: readonly Key[]): Promise<void> {
  const shops = texts(keys.map(({ shop }) => shop));
  const ids = texts(keys.map(({ id }) => id));
  await Promise.all([
    sql`delete from recoveries c using unnest(${shops}::text[], ${ids}::text[]) as n(shop_id, id)
        where c.shop_id = n.shop_id and c.order_id = n.id`.execute(),
    sql`insert into recoveries (shop_id, order_id, reminder_id, amount, currency, reminded_at, paid_at)
        select distinct on (o.shop_id, o.id) o.shop_id, o.id, r.id, o.amount, o.currency, r.decided_at, o.paid_at
        from unnest(${shops}::text[], ${ids}::text[]) as n(shop_id, id)
        join orders o on o.shop_id = n.shop_id and o.id = n.id
        join reminders r on r.shop_id = o.shop_id and r.buyer_id = o.buyer_id and (r.state = 'sent' or (r.state = 'sending' and r.retry_at is null))
          and o.id = any(r.orders) and r.decided_at < o.paid_at and o.paid_at <= r.attributed_until
        where o.paid_at is not null and o.refunded_at is null and o.amount is not null
        order by o.shop_id, o.id, r.decided_at desc
        on conflict (shop_id, order_id) do nothing`.execute(),
  ]);
}

/** Credits anew what was credited to reminders that turned out not to have been accepted. */
export async function recreditFailed(
  sql: Sql,
  reminders: readonly { readonly shop: string; readonly id: string }[],
): Promise<void> {
  const rows = await sql<{ shop: string; id: string }[]>`
    select c.shop_id as shop, c.order_id as id
    from unnest(${texts(reminders.map(({ shop }) => shop))}::text[], ${plain(reminders.map(({ id }) => id))}::uuid[]) as n(shop_id, id)
    join recoveries c on c.shop_id = n.shop_id and c.reminder_id = n.id`;
  if (rows.length > 0) await creditPayments(sql, rows);
}
