/** Writes `buyers`. */
import type { Sql } from "../../../client.ts";
import { compareTexts } from "../../../keys.ts";
import { type Columns, type Fragment, instant, int4, json, rowSet, text, uuid } from "../../../rows.ts";
import type { LoadedBuyer, SettledByOrder } from "../loaded-buyer.ts";

export type NewBuyerWrite = { readonly buyer: LoadedBuyer; readonly wakeAt: number | null };
export type BuyerWrite = NewBuyerWrite & { readonly settled: SettledByOrder | null };
export type AliasWrite = { readonly buyer: LoadedBuyer; readonly id: string; readonly platformId: string };

const KEY: Columns<NewBuyerWrite> = {
  shop_id: text(({ buyer }) => buyer.shop),
  id: uuid(({ buyer }) => buyer.id),
};
const WAKE: Columns<NewBuyerWrite> = { wake_at: instant(({ wakeAt }) => wakeAt) };
const SETTLED: Columns<BuyerWrite> = { settled: json(({ settled }) => settled) };
const IDENTITY: Columns<NewBuyerWrite> = {
  profile: json(({ buyer }) => buyer.profile),
  platform_id: text(({ buyer }) => buyer.platformIdNow),
};
const BUCKET: Columns<{ buyer: LoadedBuyer }> = { bucket: int4(({ buyer }) => buyer.state.bucket | 0) };

const created = rowSet<NewBuyerWrite>(KEY, { ...BUCKET, ...WAKE, ...IDENTITY });
const woken = rowSet<BuyerWrite>(KEY, { ...WAKE, ...SETTLED });
const updated = rowSet<BuyerWrite>(KEY, { ...WAKE, ...SETTLED, ...IDENTITY });
const aliases = rowSet<AliasWrite>({
  shop_id: text(({ buyer }) => buyer.shop),
  id: uuid(({ id }) => id),
  platform_id: text(({ platformId }) => platformId),
  ...BUCKET,
  merged_into: uuid(({ buyer }) => buyer.id),
});

/** A unique violation means that another transaction inserted one of them first: run the whole transaction again. */
export function insertBuyers(sql: Sql, rows: readonly NewBuyerWrite[], now: number): Fragment | null {
  if (rows.length === 0) return null;
  const sorted = [...rows].sort(
    ({ buyer: a }, { buyer: b }) =>
      compareTexts(a.shop, b.shop) || compareTexts(a.platformIdNow ?? "", b.platformIdNow ?? ""),
  );
  return sql`
    insert into buyers (${created.names(sql)}, created_at)
    select ${created.values(sql)}, ${new Date(now)} from ${created.rows(sql, sorted)}`;
}

/** Further platform ids of a buyer: rows that only lead to it. */
export function insertAliases(sql: Sql, rows: readonly AliasWrite[], now: number): Fragment | null {
  if (rows.length === 0) return null;
  return sql`
    insert into buyers (${aliases.names(sql)}, created_at)
    select ${aliases.values(sql)}, ${new Date(now)} from ${aliases.rows(sql, rows)}`;
}

/**
 * Most buyers only wake at another time, and nothing else of them is written. A buyer that waited for its channel's rate limit stops
 * waiting, since its plan may have changed: a send that is still due wakes at once, and takes its old place in the queue.
 */
export function wakeBuyers(sql: Sql, rows: readonly BuyerWrite[]): Fragment | null {
  return update(sql, woken, rows);
}

/** As `wakeBuyers`, for buyers whose profile or platform id changed too. */
export function updateBuyers(sql: Sql, rows: readonly BuyerWrite[]): Fragment | null {
  return update(sql, updated, rows);
}

function update(sql: Sql, set: typeof woken, rows: readonly BuyerWrite[]): Fragment | null {
  if (rows.length === 0) return null;
  return sql`
    update buyers b set ${set.set(sql)}, touched = false, waits_for = null, waits_since = null
    from ${set.rows(sql, rows)}
    where b.shop_id = n.shop_id and b.id = n.id`;
}

/**
 * Writes what is settled for the orders of these buyers with the orders, before orders go from one buyer to another. `buyers`: an array of ids, as
 * columns.ts writes it. The caller holds the buyers' locks.
 */
export const settleOrders = (sql: Sql, shop: string, buyers: string) => [
  sql`
    update orders o set settled = newer.value
    from buyers b cross join json_each(b.settled) newer
    where b.shop_id = ${shop} and b.id = any(${buyers}::uuid[]) and o.shop_id = b.shop_id and o.id = newer.key`,
  sql`update buyers set settled = null where shop_id = ${shop} and id = any(${buyers}::uuid[]) and settled is not null`,
];
