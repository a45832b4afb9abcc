/** Tasks of the staff that a step with a channel of the desk makes, and their deliveries. */
import type { Sql } from "../../client.ts";
import { newId } from "../../ids.ts";
import { bytea, int4, int8, rowSet, text, uuid } from "../../rows.ts";
import { ATTEMPT, type DeliveryWrite } from "../buyers/write/deliveries.ts";
import type { Outcome } from "./outcome-store.ts";

export type CallWrite = DeliveryWrite &
  Pick<Outcome, "template" | "templateVersion" | "segments" | "costMicros" | "costCurrency" | "sealedText">;

const tasks = rowSet<Pick<CallWrite, "shop" | "reminderId"> & { readonly taskId: string }>({
  id: uuid(({ taskId }) => taskId),
  shop_id: text(({ shop }) => shop),
  reminder_id: uuid(({ reminderId }) => reminderId),
});

/**
 * A case that has a task keeps it, and that is due now. The last one of several calls of a case says what it is about. The caller holds the
 * buyers' locks.
 */
export function makeCalls(tx: Sql, calls: readonly CallWrite[]) {
  return tx`
    insert into tasks as t (id, shop_id, case_id, kind, created_at, due_at, reminder_id)
    select distinct on (n.shop_id, r.case_id) n.id, n.shop_id, r.case_id, 'call', dunlin_now(), dunlin_now(), n.reminder_id
    from ${tasks.rows(
      tx,
      calls.map(({ shop, reminderId }) => ({ shop, reminderId, taskId: newId() })),
    )}
    join reminders r on r.shop_id = n.shop_id and r.id = n.reminder_id
    join cases c on c.shop_id = r.shop_id and c.id = r.case_id and c.ended_at is null
    order by n.shop_id, r.case_id, n.id desc
    on conflict (shop_id, case_id) where ended_at is null
    do update set due_at = least(t.due_at, excluded.due_at), reminder_id = excluded.reminder_id, version = t.version + 1`;
}

const deliveries = rowSet<CallWrite>(ATTEMPT, {
  template: text(({ template }) => template),
  template_version: text(({ templateVersion }) => templateVersion),
  segments: int4(({ segments }) => segments),
  cost_micros: int8(({ costMicros }) => costMicros),
  cost_currency: text(({ costCurrency }) => costCurrency),
  sealed_text: bytea(({ sealedText }) => sealedText),
});

/** Nobody waits for an outcome, so they need no lease. */
export function insertCalls(tx: Sql, calls: readonly CallWrite[], now: number) {
  const at = new Date(now);
  return tx`
    insert into deliveries (${deliveries.names(tx)}, state, claimed_at, lease_until, finished_at)
    select ${deliveries.values(tx)}, 'accepted', ${at}, ${at}, dunlin_now() from ${deliveries.rows(tx, calls)}`;
}
