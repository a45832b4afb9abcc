/** Sends that may have gone out before the store lost what was committed last. */
import type { Sql } from "../../client.ts";
import { ts } from "../../types.ts";

/** How many sends were due by then (epoch ms) and are planned or to be retried. */
export async function countLost(sql: Sql, until: number): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int4 as n from cases c
    join reminders r on r.shop_id = c.shop_id and r.buyer_id = c.buyer_id and r.case_id = c.id
      and (r.state = 'planned' and r.kind = 'send' or r.state = 'sending' and r.retry_at is not null) and r.due_at <= ${ts(until)}
    where c.ended_at is null`;
  return row?.n ?? 0;
}
