/** Events that came before their time. */
import type { Sql } from "../../client.ts";

export type FutureEvents = {
  readonly shop: string;
  readonly events: number;
  /** The latest one: ms between its reception and its `occurredAt`. */
  readonly ahead: number;
};

/** Counts those of the last seven days by shop; at most ten shops. */
export function countFutureEvents(sql: Sql): Promise<readonly FutureEvents[]> {
  return sql<FutureEvents[]>`
    select shop_id as shop, count(*)::int8 as events,
      (extract(epoch from (array_agg(occurred_at - received_at order by received_at desc))[1]) * 1000)::int8 as ahead
    from order_events
    where occurred_at - received_at > interval '15 minutes' and received_at > dunlin_now() - interval '7 days'
    group by shop_id order by count(*) desc, shop_id limit 10`;
}
