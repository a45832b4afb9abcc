/** Writes `orders` of known buyers; stray orders are written by `intake/stray-store.ts`. */
import type { TrackedOrder } from "../../../../core/rules/buyer-state.ts";
import type { Sql } from "../../../client.ts";
import { compareTexts } from "../../../keys.ts";
import { bool, type Columns, type Fragment, instant, json, rowSet, text, uuid, word } from "../../../rows.ts";
import { factColumns } from "../order-rows.ts";

export type OrderWrite = {
  readonly shop: string;
  readonly id: string;
  readonly buyerId: string;
  readonly caseId: string | null;
  readonly countedFor: string | null;
  readonly inCase: boolean;
  readonly status: "paid" | "closed" | "unpaid";
  readonly tracked: TrackedOrder;
};

const KEY: Columns<OrderWrite> = {
  shop_id: text(({ shop }) => shop),
  id: text(({ id }) => id),
};
/** Where it stands in its buyer's case. */
const STANDING: Columns<OrderWrite> = {
  case_id: uuid(({ caseId }) => caseId),
  counted_for: text(({ countedFor }) => countedFor),
  in_case: bool(({ inCase }) => inCase),
  status: word(({ status }) => status),
  told_at: instant(({ tracked }) => tracked.reportedAt),
  settled: json(({ tracked }) => tracked.settled),
};

const orders = rowSet<OrderWrite>(KEY, {
  buyer_id: uuid(({ buyerId }) => buyerId),
  ...STANDING,
  ...factColumns(({ tracked }) => tracked.order),
});
const moved = rowSet<OrderWrite>(KEY, STANDING);

export function insertOrders(sql: Sql, rows: readonly OrderWrite[], now: number): Fragment | null {
  if (rows.length === 0) return null;
  const sorted = [...rows].sort((a, b) => compareTexts(a.shop, b.shop) || compareTexts(a.id, b.id));
  return sql`
    insert into orders (${orders.names(sql)}, seen_at)
    select ${orders.values(sql)}, ${new Date(now)} from ${orders.rows(sql, sorted)}`;
}

/** Orders of which an event reported something. */
export function updateOrders(sql: Sql, rows: readonly OrderWrite[]): Fragment | null {
  return update(sql, orders, rows);
}

/** Orders that only stand elsewhere in their buyer's case. */
export function moveOrders(sql: Sql, rows: readonly OrderWrite[]): Fragment | null {
  return update(sql, moved, rows);
}

function update(sql: Sql, set: typeof orders, rows: readonly OrderWrite[]): Fragment | null {
  if (rows.length === 0) return null;
  return sql`
    update orders o set ${set.set(sql)}
    from ${set.rows(sql, rows)}
    where o.shop_id = n.shop_id and o.id = n.id`;
}
