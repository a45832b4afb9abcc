/** Receipts that wait to be applied. */
import type { Receipt } from "../../../core/seams/receipt.ts";
import type { Sql } from "../../client.ts";
import { plain } from "../../columns.ts";
import { float8, instant, int4, jsonb, rowSet, text, uuid } from "../../rows.ts";

export type KeptReceipt = {
  readonly id: string;
  readonly channel: string;
  readonly receipt: Receipt;
  readonly receivedAt: number;
  readonly tries: number;
};

type KeepWrite = KeptReceipt & { readonly inMs: number };

const kept = rowSet<KeepWrite>({
  id: uuid(({ id }) => id),
  channel: text(({ channel }) => channel),
  receipt: jsonb(({ receipt }) => ({ ...receipt, address: null, text: null })),
  received_at: instant(({ receivedAt }) => receivedAt),
  tries: int4(({ tries }) => tries),
  in_ms: float8(({ inMs }) => inMs),
});

export function keepReceipts(tx: Sql, rows: readonly KeepWrite[]) {
  return tx`
    insert into kept_receipts (id, channel, receipt, received_at, tries, next_at)
    select n.id, n.channel, n.receipt::jsonb, n.received_at, n.tries, dunlin_now() + n.in_ms * interval '1 ms'
    from ${kept.rows(tx, rows)}
    on conflict (id) do update set tries = excluded.tries, next_at = excluded.next_at`;
}

/** Locks receipts that are to be tried again. */
export function dueReceipts(tx: Sql, limit: number) {
  return tx<KeptReceipt[]>`
    select id, channel, receipt, received_at as "receivedAt", tries from kept_receipts
    where next_at <= (select dunlin_now()) order by next_at limit ${limit} for update skip locked`;
}

export async function dropReceipts(tx: Sql, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx`delete from kept_receipts where id = any(${plain(ids)}::uuid[])`;
}

export type MessageIdWrite = {
  readonly shop: string;
  readonly channel: string;
  readonly messageId: string | null;
  readonly deliveryId: string;
};

const messageIds = rowSet<MessageIdWrite>({
  channel: text(({ channel }) => channel),
  message_id: text(({ messageId }) => messageId),
  shop_id: text(({ shop }) => shop),
  delivery_id: uuid(({ deliveryId }) => deliveryId),
});

/** Receipts find the deliveries by these ids. */
export function keepMessageIds(sql: Sql, rows: readonly MessageIdWrite[]) {
  return sql`
    insert into message_ids (${messageIds.names(sql)}, at) select ${messageIds.values(sql)}, dunlin_now()
    from ${messageIds.rows(sql, rows)} on conflict do nothing`;
}
