/** Finds an order by its id, else by the number that people know. */
import { AmbiguousOrderError, numberSpellings } from "../../../core/order/named-order.ts";
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";

/** An error names so many of the orders. */
const MAX_NAMED = 10;

/** The id of the order; the name itself if there is no such order. Throws AmbiguousOrderError. */
export async function orderIdOf(sql: Sql, shop: string, name: string): Promise<string> {
  const rows = await sql<{ id: string }[]>`
    select id from orders where shop_id = ${shop} and (id = ${name} or number = any(${texts(numberSpellings(name))}::text[]))
    order by id <> ${name}, created_at desc, id limit ${MAX_NAMED}`;
  const [first, second] = rows;
  if (first === undefined || first.id === name || second === undefined) return first?.id ?? name;
  throw new AmbiguousOrderError(
    name,
    rows.map(({ id }) => id),
  );
}
