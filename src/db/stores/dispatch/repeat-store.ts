/** Messages to channels that drop repetitions: kept until they have an outcome, so that the very same message can be sent again. */
import type { Sql } from "../../client.ts";
import { newId } from "../../ids.ts";
import { type Key, uuidKeys } from "../../keys.ts";
import { bytea, type Fragment, int4, rowSet, text, uuid } from "../../rows.ts";

export type KeptMessage = Key & { readonly sealed: Buffer };

const messages = rowSet<KeptMessage>({
  shop_id: text(({ shop }) => shop),
  id: uuid(({ id }) => id),
  sealed: bytea(({ sealed }) => sealed),
});

/** Returns those whose claim was not given up. */
export function keepMessages(sql: Sql, rows: readonly KeptMessage[]) {
  return sql<{ id: string }[]>`
    update deliveries d set sealed_message = n.sealed from ${messages.rows(sql, rows)}
    where d.shop_id = n.shop_id and d.id = n.id and d.state = 'claimed' returning d.id`;
}

export type Repetition = Key & { readonly attempt: number };

const repetitions = rowSet<Repetition>({
  shop_id: text(({ shop }) => shop),
  id: uuid(({ id }) => id),
  attempt: int4(({ attempt }) => attempt),
});

/** Claims deliveries of unknown outcome once more, under one lease. The caller holds the locks of their buyers. */
export function claimAgain(tx: Sql, rows: readonly Repetition[], now: number, leaseMs: number): Fragment | null {
  if (rows.length === 0) return null;
  const until = new Date(now + leaseMs);
  return tx`
    with n as (select * from ${repetitions.rows(tx, rows)}),
    lease as (
      insert into leases (id, until, shops, deliveries) select ${newId()}, ${until}, array_agg(n.shop_id), array_agg(n.id) from n)
    update deliveries d set state = 'claimed', lease_until = ${until}, attempt = n.attempt
    from n where d.shop_id = n.shop_id and d.id = n.id and d.state = 'unknown'`;
}

/** The messages of deliveries that are not sent again. */
export function dropMessages(tx: Sql, rows: readonly Key[]): Fragment | null {
  if (rows.length === 0) return null;
  return tx`
    update deliveries d set sealed_message = null from ${uuidKeys.rows(tx, rows)} where d.shop_id = n.shop_id and d.id = n.id`;
}
