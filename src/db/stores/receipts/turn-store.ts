/** Deliveries whose receipts change what becomes of their reminders. The caller holds the locks of their buyers. */
import type { DeliveryState, ReceiptFacts } from "../../../core/receipts/facts.ts";
import type { Sql } from "../../client.ts";
import { type Key, uuidKeys } from "../../keys.ts";
import { instant, rowSet, text, uuid, word } from "../../rows.ts";

export type TurningRow = {
  readonly shop: string;
  readonly id: string;
  readonly reminder_id: string;
  readonly channel: string;
  readonly state: DeliveryState;
  readonly facts: ReceiptFacts | null;
  readonly segments: number | null;
  /** Another attempt of the reminder was, or may have been, sent. */
  readonly other_stands: boolean;
  readonly reminder_state: string;
  readonly reason: string | null;
  readonly retry_channel: string | null;
  readonly waits: boolean;
  readonly buyer_id: string;
  readonly campaign: string | null;
  readonly step: string | null;
  readonly due_at: number;
  readonly claimed_at: number;
  readonly latest: number | null;
  readonly now: number;
};

export function loadTurning(tx: Sql, deliveries: readonly Key[]) {
  return tx<TurningRow[]>`
    select d.shop_id as shop, d.id, d.reminder_id, d.channel, d.state, d.receipt as facts, d.segments,
      exists (select from deliveries o where o.shop_id = d.shop_id and o.reminder_id = d.reminder_id and o.id <> d.id
        and o.state in ('claimed', 'accepted', 'unknown')) as other_stands,
      r.state as reminder_state, r.reason, r.retry_channel, r.retry_at is not null as waits, r.buyer_id, r.campaign, r.step, r.due_at, d.claimed_at,
      (r.plan ->> 'latest')::float8 as latest, (select dunlin_now()) as now
    from ${uuidKeys.rows(tx, deliveries)}
    join deliveries d on d.shop_id = n.shop_id and d.id = n.id
    join reminders r on r.shop_id = d.shop_id and r.id = d.reminder_id
    order by d.shop_id, d.id for no key update of d`;
}

export type BuyerContact = {
  readonly shop_id: string;
  readonly buyer_id: string;
  readonly kind: string;
  readonly told_at: number;
  readonly told_id: string;
  readonly suppressed: boolean;
};

export function loadContacts(tx: Sql, buyers: readonly Key[]) {
  return tx<BuyerContact[]>`
    select k.shop_id, k.buyer_id, k.kind, k.told_at, k.told_id,
      exists (select from suppressions s where s.shop_id = k.shop_id and s.hash = coalesce(k.address, k.hash)) as suppressed
    from ${uuidKeys.rows(tx, buyers)}
    join contacts k on k.shop_id = n.shop_id and k.buyer_id = n.id`;
}

export type ReminderTurn = Key & {
  readonly state: "sent" | "sending" | "skipped";
  readonly reason: string | null;
  readonly retryAt: number | null;
  readonly retryChannel: string | null;
};

const turns = rowSet<ReminderTurn>(
  {
    shop_id: text(({ shop }) => shop),
    id: uuid(({ id }) => id),
  },
  {
    state: word(({ state }) => state),
    reason: text(({ reason }) => reason),
    retry_at: instant(({ retryAt }) => retryAt),
    retry_channel: text(({ retryChannel }) => retryChannel),
  },
);

export function turnReminders(tx: Sql, rows: readonly ReminderTurn[]) {
  return tx`
    update reminders r set ${turns.set(tx)} from ${turns.rows(tx, rows)}
    where r.shop_id = n.shop_id and r.id = n.id`;
}
