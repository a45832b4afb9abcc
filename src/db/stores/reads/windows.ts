/** Windows of time as conditions. A day belongs to a zone, so the shops of each zone have a window of their own. */
import type { PendingQuery, Row } from "postgres";
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";
import { ts } from "../../types.ts";

export type Window = {
  /** null: every shop. */
  readonly shops: readonly string[] | null;
  /** Epoch ms, [from, to); null: open. */
  readonly from: number | null;
  readonly to: number | null;
};

type Fragment = PendingQuery<Row[]>;

/** Whether `at` of a row falls in the window of its `shop`; both are expressions. No window: every row does. */
export function inWindows(
  sql: Sql,
  windows: readonly Window[],
  { shop, at }: { readonly shop: string; readonly at: string },
): Fragment {
  const [first, ...others] = windows.map((window) => inWindow(sql, window, shop, at));
  if (first === undefined) return sql`true`;
  return others.length === 0 ? first : sql`(${others.reduce((sum, each) => sql`${sum} or ${each}`, first)})`;
}

function inWindow(sql: Sql, { shops, from, to }: Window, shop: string, at: string): Fragment {
  const parts = [
    ...(shops === null ? [] : [sql`${sql.unsafe(shop)} = any(${texts(shops)}::text[])`]),
    ...(from === null ? [] : [sql`${sql.unsafe(at)} >= ${ts(from)}`]),
    ...(to === null ? [] : [sql`${sql.unsafe(at)} < ${ts(to)}`]),
  ];
  return parts.length === 0 ? sql`true` : parts.reduce((sum, each) => sql`${sum} and ${each}`);
}

/** All shops that have a buyer: one index probe each, however many rows. */
export async function shopsSeen(sql: Sql): Promise<string[]> {
  const rows = await sql<{ shop_id: string }[]>`
    with recursive seen as (
      (select shop_id from buyers order by shop_id limit 1)
      union all
      select (select b.shop_id from buyers b where b.shop_id > seen.shop_id order by b.shop_id limit 1)
      from seen where seen.shop_id is not null)
    select shop_id from seen where shop_id is not null`;
  return rows.map(({ shop_id }) => shop_id);
}
