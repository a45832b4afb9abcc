/** Writes `deliveries`: an attempt is in the ledger before the provider is called. */
import type { Sql } from "../../../client.ts";
import { type Fragment, int4, rowSet, text, uuid } from "../../../rows.ts";

export type DeliveryWrite = {
  readonly shop: string;
  readonly id: string;
  readonly reminderId: string;
  readonly channel: string | null;
  /** From 1. */
  readonly attempt: number;
  readonly campaignVersion: string | null;
  readonly variant: string | null;
};

const deliveries = rowSet<DeliveryWrite>({
  shop_id: text(({ shop }) => shop),
  id: uuid(({ id }) => id),
  reminder_id: uuid(({ reminderId }) => reminderId),
  channel: text(({ channel }) => channel),
  attempt: int4(({ attempt }) => attempt),
  campaign_version: text(({ campaignVersion }) => campaignVersion),
  variant: text(({ variant }) => variant),
});

/** Claimed at `now`. The lease ends `leaseMs` later: an attempt without an outcome is then given up. */
export function insertDeliveries(
  sql: Sql,
  rows: readonly DeliveryWrite[],
  now: number,
  leaseMs: number,
): Fragment | null {
  if (rows.length === 0) return null;
  return sql`
    insert into deliveries (${deliveries.names(sql)}, state, claimed_at, lease_until)
    select ${deliveries.values(sql)}, 'claimed', ${new Date(now)}, ${new Date(now + leaseMs)}
    from ${deliveries.rows(sql, rows)}`;
}
