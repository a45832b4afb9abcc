/** The latest result of each shop, for the metrics: made once an hour, so that a scrape reads a few rows. */
import type { Sql } from "../../client.ts";
import { documents } from "../../columns.ts";

/** In units of the currency. */
export type Range = { readonly low: number; readonly value: number; readonly high: number };

/** Figures of the last 12 weeks. */
export type ResultFigures = {
  readonly remindedOrders: number;
  readonly recoveredOrders: number;
  readonly recovered: readonly { readonly amount: number; readonly currency: string }[];
  readonly cost: readonly { readonly amount: number; readonly currency: string }[];
  readonly brought: readonly (Range & { readonly currency: string })[];
  /** null: it is not known. */
  readonly lift: Range | null;
  readonly buyers: {
    readonly reminded: number;
    readonly heldOut: number;
    readonly open: number;
    readonly unmeasured: number;
  };
};

export type ShopResult = { readonly shop: string; readonly at: number; readonly figures: ResultFigures };

export async function storeResult(sql: Sql, shop: string, figures: ResultFigures): Promise<void> {
  await sql`
    insert into results (shop_id, at, figures) values (${shop}, dunlin_now(), ${documents([figures])}::text::jsonb -> 0)
    on conflict (shop_id) do update set at = excluded.at, figures = excluded.figures`;
}

/** Older ones are left out: nobody makes them any more, or the shop is gone. At most `limit` shops, by their names. */
export function readResults(sql: Sql, limit: number) {
  return sql<ShopResult[]>`
    select shop_id as shop, at, figures from results where at > dunlin_now() - interval '3 hours' order by shop_id limit ${limit}`;
}
