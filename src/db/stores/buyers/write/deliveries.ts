/** Writes `deliveries`: an attempt is in the ledger before the provider is called. */
import type { Sql } from "../../../client.ts";
import { newId } from "../../../ids.ts";
import { bytea, type Columns, type Fragment, int4, rowSet, text, uuid } from "../../../rows.ts";

export type DeliveryWrite = {
  readonly shop: string;
  readonly id: string;
  readonly reminderId: string;
  readonly channel: string | null;
  /** From 1. */
  readonly attempt: number;
  readonly campaignVersion: string | null;
  readonly variant: string | null;
  /** The hash of the contact that it goes to, where an unknown outcome can be cleared up later. */
  readonly toHash: Buffer | null;
  /** Empty: the message is stored before it is sent. */
  readonly message: Buffer | null;
};

export const ATTEMPT: Columns<DeliveryWrite> = {
  shop_id: text(({ shop }) => shop),
  id: uuid(({ id }) => id),
  reminder_id: uuid(({ reminderId }) => reminderId),
  channel: text(({ channel }) => channel),
  attempt: int4(({ attempt }) => attempt),
  campaign_version: text(({ campaignVersion }) => campaignVersion),
  variant: text(({ variant }) => variant),
  to_hash: bytea(({ toHash }) => toHash),
  sealed_message: bytea(({ message }) => message),
};
const deliveries = rowSet<DeliveryWrite>(ATTEMPT);

/** Claimed at `now`, under one lease. It ends `leaseMs` later: an attempt without an outcome is then given up. */
export function insertDeliveries(
  sql: Sql,
  rows: readonly DeliveryWrite[],
  now: number,
  leaseMs: number,
): Fragment | null {
  if (rows.length === 0) return null;
  const until = new Date(now + leaseMs);
  return sql`
    with n as (select * from ${deliveries.rows(sql, rows)}),
    lease as (
      insert into leases (id, until, shops, deliveries) select ${newId()}, ${until}, array_agg(n.shop_id), array_agg(n.id) from n)
    insert into deliveries (${deliveries.names(sql)}, state, claimed_at, lease_until)
    select ${deliveries.values(sql)}, 'claimed', ${new Date(now)}, ${until} from n`;
}
