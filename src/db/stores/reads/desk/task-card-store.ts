/** Reads the case of a task: for the card that shows it, and for phrases about it. */
import type { Sql } from "../../../client.ts";
import type { Profile } from "../../buyers/loaded-buyer.ts";
import type { OrderDetails } from "../../buyers/order-rows.ts";

export type TaskCase = {
  readonly shop: string;
  readonly case: string;
  readonly buyer_id: string;
  readonly campaign: string | null;
  readonly ended: boolean;
  /** The database's clock, epoch ms. */
  readonly now: number;
  readonly profile: Profile;
};

/** null: there is no such task. */
export async function loadTaskCase(sql: Sql, task: string): Promise<TaskCase | null> {
  const [row] = await sql<TaskCase[]>`
    select t.shop_id as shop, t.case_id as case, c.buyer_id, c.campaign, c.ended_at is not null as ended, dunlin_now() as now, b.profile
    from tasks t join cases c on c.shop_id = t.shop_id and c.id = t.case_id
    join buyers b on b.shop_id = c.shop_id and b.id = c.buyer_id where t.id = ${task}`;
  return row ?? null;
}

export type CaseOrder = {
  readonly id: string;
  readonly number: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly created_at: number | null;
  readonly closes_at: number | null;
  readonly details: OrderDetails;
};

/** Those that are in it, or that were when it ended. */
export function loadCaseOrders(sql: Sql, { shop, buyer_id, ended, ...of }: TaskCase) {
  return sql<CaseOrder[]>`
    select id, number, amount, currency, created_at, closes_at, details from orders
    where shop_id = ${shop} and buyer_id = ${buyer_id} and case_id = ${of.case} and in_case = ${!ended} order by created_at, id limit 200`;
}
