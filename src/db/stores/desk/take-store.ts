/** Cases that a person takes by hand, with or without a task. */
import type { Sql } from "../../client.ts";
import { newId } from "../../ids.ts";

/** A case whose buyer this transaction has locked. */
export type LockedCase = {
  readonly shop: string;
  readonly case_id: string;
  readonly buyer_id: string;
  readonly ended: boolean;
  /** The task that is to be done about it. */
  readonly task: string | null;
};

/** null: there is no such case. */
export async function lockCase(tx: Sql, shop: string, id: string): Promise<LockedCase | null> {
  for (;;) {
    const [locked] = await tx<{ merged: boolean }[]>`
      select b.merged_into is not null as merged from cases c
      join buyers b on b.shop_id = c.shop_id and b.id = c.buyer_id where c.shop_id = ${shop} and c.id = ${id} for update of b`;
    if (locked === undefined) return null;
    // Merged while this waited for the lock: its case is another buyer's now.
    if (locked.merged) continue;
    const [found] = await tx<LockedCase[]>`
      select c.shop_id as shop, c.id as case_id, c.buyer_id, c.ended_at is not null as ended, (
        select t.id from tasks t where t.shop_id = c.shop_id and t.case_id = c.id and t.ended_at is null) as task
      from cases c where c.shop_id = ${shop} and c.id = ${id}`;
    return found ?? null;
  }
}

export async function addCall(tx: Sql, { shop, case_id }: LockedCase): Promise<string> {
  const id = newId();
  await tx`
    insert into tasks (id, shop_id, case_id, kind, created_at) values (${id}, ${shop}, ${case_id}, 'call', dunlin_now())`;
  return id;
}

/** null: the order is in no case now. */
export async function caseOfOrder(sql: Sql, shop: string, order: string): Promise<string | null> {
  const [row] = await sql<{ case_id: string | null }[]>`
    select case_id from orders where shop_id = ${shop} and id = ${order} and in_case`;
  return row?.case_id ?? null;
}
