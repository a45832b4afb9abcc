/** The case of a task. */
import type { Sql } from "../../client.ts";
import type { LockedTask } from "./task-store.ts";

/** `closesAt`: when the last of its orders closes, epoch ms; null: one never does, or it has none. */
export async function lastClose(
  tx: Sql,
  { shop, buyer_id, case_id }: LockedTask,
): Promise<{ readonly campaign: string | null; readonly closesAt: number | null }> {
  const [row] = await tx<{ campaign: string | null; closesAt: number | null }[]>`
    select c.campaign, (
      select case when bool_and(o.closes_at is not null) then max(o.closes_at) end from orders o
      where o.shop_id = c.shop_id and o.buyer_id = ${buyer_id} and o.case_id = c.id and o.in_case) as "closesAt"
    from cases c where c.shop_id = ${shop} and c.id = ${case_id}`;
  return row ?? { campaign: null, closesAt: null };
}
