/** The orders of a period that are unpaid now. Reads the orders created in it, by their index. */
import type { Sql } from "../../../client.ts";
import { inWindows, type Window } from "../windows.ts";

export type Unpaid = { readonly currency: string; readonly orders: number; readonly amount: bigint };

/** A row for each currency; the amounts are in minor units, exact beyond 2^53. Orders that may not be reminded of count, too. */
export async function sumUnpaid(sql: Sql, windows: readonly Window[]): Promise<Unpaid[]> {
  const rows = await sql<{ currency: string; orders: number; amount: string }[]>`
    select currency, count(*)::int as orders, sum(amount)::text as amount from orders
    where ${inWindows(sql, windows, { shop: "shop_id", at: "created_at" })}
      and status = 'unpaid' and currency is not null and (closes_at is null or closes_at > dunlin_now())
    group by currency order by orders desc, currency`;
  return rows.map((row) => ({ ...row, amount: BigInt(row.amount) }));
}
