/** Tasks of the staff that a step with a channel of the desk makes. */
import type { Sql } from "../../client.ts";
import { newId } from "../../ids.ts";
import { rowSet, text, uuid } from "../../rows.ts";

export type CallWrite = { readonly shop: string; readonly reminderId: string };

const calls = rowSet<CallWrite & { readonly id: string }>({
  id: uuid(({ id }) => id),
  shop_id: text(({ shop }) => shop),
  reminder_id: uuid(({ reminderId }) => reminderId),
});

/** A case that has a task keeps it, and that is due now. The caller holds the buyers' locks. */
export function makeCalls(tx: Sql, rows: readonly CallWrite[]) {
  return tx`
    insert into tasks as t (id, shop_id, case_id, kind, created_at, due_at, reminder_id)
    select n.id, n.shop_id, r.case_id, 'call', dunlin_now(), dunlin_now(), n.reminder_id
    from ${calls.rows(
      tx,
      rows.map((row) => ({ ...row, id: newId() })),
    )}
    join reminders r on r.shop_id = n.shop_id and r.id = n.reminder_id
    join cases c on c.shop_id = r.shop_id and c.id = r.case_id and c.ended_at is null
    on conflict (shop_id, case_id) where ended_at is null
    do update set due_at = least(t.due_at, excluded.due_at), reminder_id = excluded.reminder_id, version = t.version + 1`;
}
