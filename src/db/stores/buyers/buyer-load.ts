/**
 * Loads whole buyers: everything that `applyChange` and `advance` (core/rules/buyer.ts) look at. The caller holds the buyers' row locks,
 * taken in an earlier statement, so that this reads what the last holder committed.
 */
import { DAY } from "../../../core/values/duration.ts";
import type { Campaign } from "../../../core/values/policy.ts";
import type { Sql } from "../../client.ts";
import { shopKey } from "../../keys.ts";
import { rowSet, text, uuid } from "../../rows.ts";
import { adoptCase, adoptContact, adoptOrder, adoptReminder, type CaseRow, type ReminderRow } from "./adopt.ts";
import { type BuyerRow, emptyBuyer, type LoadEnv, type LoadedBuyer, type LoadedContact } from "./loaded-buyer.ts";
import { ORDER_COLUMNS, type OrderRow } from "./order-rows.ts";
import { loadTreated } from "./treated-store.ts";

export const storedBuyers = rowSet<BuyerRow>({
  shop_id: text((row) => row.shop_id),
  id: uuid((row) => row.id),
});

/** How far back sends and payments can still decide something: the longest that a campaign looks back, and a day. */
function memoryOf(campaigns: readonly Campaign[]): number {
  let longest = 0;
  for (const { limits, repeatAfter, paidSilence } of campaigns)
    longest = Math.max(longest, limits.per, limits.gap, repeatAfter, paidSilence ?? 0);
  return longest + DAY;
}

/** The buyers by `shopKey`, with their unpaid orders. Call `finishLoading` on each, once further orders are adopted. */
export async function loadBuyers(sql: Sql, env: LoadEnv, rows: readonly BuyerRow[]): Promise<Map<string, LoadedBuyer>> {
  if (rows.length === 0) return new Map();
  const buyers = storedBuyers.rows(sql, rows);
  const memory = new Date(env.now - memoryOf(env.campaigns));
  const [orders, cases, reminders, contacts, treated] = await Promise.all([
    // Unpaid orders and recent payments.
    sql<OrderRow[]>`
      select ${sql.unsafe(ORDER_COLUMNS)} from ${buyers}
      join orders o on o.shop_id = n.shop_id and o.buyer_id = n.id
      where o.status = 'unpaid' or (o.paid_at > ${memory} and o.refunded_at is null and not o.cash_on_delivery)`,
    sql<CaseRow[]>`
      select
        c.shop_id,
        c.id,
        c.buyer_id,
        c.opened_at,
        c.campaign,
        c.had_plan,
        c.manual,
        c.manual_at,
        c.manual_why,
        c.back_at,
        c.held_at,
        c.held_until,
        c.kept_at,
        c.promise,
        c.departures,
        c.whole_reason,
        c.whole_at
      from ${buyers}
      join cases c on c.shop_id = n.shop_id and c.buyer_id = n.id and c.ended_at is null`,
    sql<ReminderRow[]>`
      select
        r.shop_id,
        r.id,
        r.case_id,
        r.buyer_id,
        r.campaign,
        r.campaign_version,
        r.step,
        r.kind,
        r.state,
        r.reason,
        r.due_at,
        r.decided_at,
        r.retry_at is not null and (
          select d.standing from deliveries d where d.shop_id = r.shop_id and d.reminder_id = r.id and d.standing limit 1) is null as failed,
        r.orders,
        case when r.state = 'planned' then r.plan end as plan
      from ${buyers}
      join reminders r on r.shop_id = n.shop_id and r.buyer_id = n.id and (r.state = 'planned'
        or ((r.state in ('sending', 'sent') or r.reason in ('unknown_outcome', 'holdout'))
          and (r.decided_at > ${memory} or exists (
            select from cases c where c.shop_id = r.shop_id and c.id = r.case_id and c.ended_at is null))))`,
    sql<(LoadedContact & { shop_id: string; buyer_id: string })[]>`
      select
        k.shop_id,
        k.buyer_id,
        k.kind,
        k.hash,
        k.address,
        k.cipher,
        k.told_at,
        k.told_id,
        k.reporters,
        exists (select from suppressions s where s.shop_id = k.shop_id and s.hash = coalesce(k.address, k.hash)) as suppressed
      from ${buyers}
      join contacts k on k.shop_id = n.shop_id and k.buyer_id = n.id`,
    loadTreated(sql, env.campaigns, buyers),
  ]);

  const loaded = new Map<string, LoadedBuyer>();
  for (const row of rows) loaded.set(shopKey(row.shop_id, row.id), emptyBuyer(env, row));
  const of = (row: { shop_id: string; buyer_id: string | null }) =>
    loaded.get(shopKey(row.shop_id, row.buyer_id ?? ""));

  for (const row of orders) {
    if (row.paid_at === null) adoptOrder(of(row), row);
    else of(row)?.payments.set(row.id, row.paid_at);
  }
  for (const row of cases) adoptCase(of(row), row, env);
  for (const row of reminders) adoptReminder(of(row), row);
  for (const row of contacts) adoptContact(of(row), row);
  for (const row of treated) of(row)?.state.treated.set(row.campaign, row.variant);
  return loaded;
}
