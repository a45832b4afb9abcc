/** How many messages addresses got over channels of late, from all shops. */
import type { Sql } from "../../client.ts";
import { float8, rowSet, text } from "../../rows.ts";
import { storedBuyers } from "../buyers/buyer-load.ts";
import type { BuyerRow } from "../buyers/loaded-buyer.ts";

type Window = { readonly channel: string; readonly per: number };

const windows = rowSet<Window>({
  channel: text(({ channel }) => channel),
  per: float8(({ per }) => per),
});

/** For each contact of the buyers: one look into the index of the deliveries by address. Failed attempts reached nobody. */
export function countSends(tx: Sql, channels: readonly Window[], buyers: readonly BuyerRow[]) {
  return tx<{ channel: string; hash: Buffer; sends: number }[]>`
    with cap as materialized (select * from ${windows.rows(tx, channels)}),
    address as (
      select distinct k.hash from ${storedBuyers.rows(tx, buyers)}
      join contacts k on k.shop_id = n.shop_id and k.buyer_id = n.id)
    select cap.channel, address.hash, sent.sends from address cross join cap cross join lateral (
      select count(*)::int as sends from deliveries d
      where d.channel = cap.channel and d.to_hash = address.hash and d.to_hash is not null and d.standing
        and d.claimed_at > dunlin_now() - cap.per * interval '1 ms') sent
    where sent.sends > 0`;
}
