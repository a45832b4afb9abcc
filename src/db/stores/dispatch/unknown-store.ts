/** Tasks of the staff about messages of which nobody knows whether they arrived. */
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";
import { newId } from "../../ids.ts";
import { rowSet, text, uuid } from "../../rows.ts";

export type UnknownSend = { readonly shop: string; readonly reminderId: string };

const unknownSends = rowSet<UnknownSend>({
  task: uuid(() => newId()),
  shop_id: text(({ shop }) => shop),
  reminder_id: uuid(({ reminderId }) => reminderId),
});

/**
 * For reminders of these campaigns that ended as unknown, while their case is open. A case that has a task keeps it. The caller holds the buyers'
 * locks, and has recorded the outcomes in this transaction.
 */
export function makeUnknownTasks(tx: Sql, rows: readonly UnknownSend[], campaigns: readonly string[]) {
  return tx`
    insert into tasks (id, shop_id, case_id, kind, created_at)
    select n.task, n.shop_id, r.case_id, 'unknown', dunlin_now() from ${unknownSends.rows(tx, rows)}
    join reminders r on r.shop_id = n.shop_id and r.id = n.reminder_id
      and r.state = 'skipped' and r.reason = 'unknown_outcome' and r.campaign = any(${texts(campaigns)}::text[])
    join cases c on c.shop_id = r.shop_id and c.id = r.case_id and c.ended_at is null
    on conflict (shop_id, case_id) where ended_at is null do nothing`;
}
