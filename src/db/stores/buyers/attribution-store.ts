/**
 * The credit of a payment: to the last reminder before it that named the order, within its window, or to the person who spoke to the buyer after
 * that.
 */
import type { Sql } from "../../client.ts";
import { type Key, textKeys, uuidKeys } from "../../keys.ts";
import { inTransaction } from "../../transaction.ts";
import { settleExposures } from "./write/exposures.ts";

/**
 * Credits these orders again from what is stored: paid and not refunded since → the last reminder that named it, was sent before the
 * payment, and whose window holds it, or the last contact of a person about its case, if that was later; anything else → no recovery. Recovered is the whole but for parts that were paid before the reminder
 * or refunded since. A send under way counts; if it fails, `changeCredited` corrects it.
 * The caller holds the buyers' locks.
 */
export async function creditPayments(sql: Sql, keys: readonly Key[]): Promise<void> {
  const orders = textKeys.rows(sql, keys);
  await Promise.all([
    sql`delete from recoveries c using ${orders}
        where c.shop_id = n.shop_id and c.order_id = n.id`.execute(),
    sql`insert into recoveries (
          shop_id, order_id, reminder_id, amount, currency, reminded_at, paid_at, campaign, campaign_version, step, variant, staff, sent)
        select distinct on (o.shop_id, o.id) o.shop_id, o.id, k.reminder_id, greatest(0, o.amount
            - coalesce((o.details #>> '{parts,refundedPart}')::int8, 0)
            - coalesce((select sum((part ->> 1)::int8) from json_array_elements(o.details #> '{parts,parts}') part
                where to_timestamp((part ->> 0)::float8 / 1000) < k.at), 0)),
          o.currency, k.at, o.paid_at, k.campaign, k.campaign_version, k.step, k.variant, k.staff, k.sent
        from ${orders}
        join orders o on o.shop_id = n.shop_id and o.id = n.id
        cross join lateral (
          select r.id as reminder_id, r.decided_at as at, r.campaign, r.campaign_version, r.step, r.variant, null as staff, r.state = 'sent' as sent
          from reminders r
          where r.shop_id = o.shop_id and r.buyer_id = o.buyer_id and (r.state = 'sent' or (r.state = 'sending' and r.retry_at is null))
            and o.id = any(r.orders) and r.decided_at < o.paid_at and o.paid_at <= r.attributed_until
          union all
          select null, s.at, c.campaign, null, null, null, s.who, true
          from tasks t join touches s on s.task_id = t.id and s.result = 'reached' and s.at < o.paid_at
          join cases c on c.shop_id = t.shop_id and c.id = t.case_id
          where t.shop_id = o.shop_id and t.case_id = o.case_id) k
        where o.paid_at is not null and o.refunded_at is null and o.amount is not null
        order by o.shop_id, o.id, k.at desc
        on conflict (shop_id, order_id) do nothing`.execute(),
    settleExposures(sql, keys).execute(),
  ]);
}

/**
 * Runs `change`, which writes the outcome of these reminders, and credits again the paid orders that they name. The buyers are locked
 * first, in the one order, so that a payment is either seen here or sees the change; a claim skips a buyer that is locked.
 */
export async function changeCredited<T>(
  sql: Sql,
  reminders: readonly Key[],
  change: (tx: Sql) => Promise<T>,
): Promise<T> {
  for (;;) {
    const result = await inTransaction(sql, async (tx) => {
      if (!(await lockBuyersOf(tx, reminders))) return null;
      const value = await change(tx);
      const paid = await paidOrdersOf(tx, reminders);
      if (paid.length > 0) await creditPayments(tx, paid);
      return { value };
    });
    if (result !== null) return result.value;
  }
}

/** false: one of them was merged while this waited for its lock, and the reminder is another buyer's now. */
async function lockBuyersOf(sql: Sql, reminders: readonly Key[]): Promise<boolean> {
  const rows = await sql<{ merged: boolean }[]>`
    select b.merged_into is not null as merged from ${uuidKeys.rows(sql, reminders)}
    join reminders r on r.shop_id = n.shop_id and r.id = n.id
    join buyers b on b.shop_id = r.shop_id and b.id = r.buyer_id order by b.shop_id, b.id for update of b`;
  return !rows.some(({ merged }) => merged);
}

function paidOrdersOf(sql: Sql, reminders: readonly Key[]) {
  return sql<Key[]>`
    select distinct o.shop_id as shop, o.id from ${uuidKeys.rows(sql, reminders)}
    join reminders r on r.shop_id = n.shop_id and r.id = n.id cross join unnest(r.orders) as named(id)
    join orders o on o.shop_id = r.shop_id and o.id = named.id where o.paid_at is not null`;
}
