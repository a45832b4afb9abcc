/** Writes exposures by hand, in the sizes that a formula is checked with. */

import { DAY, HOUR } from "../../src/core/values/duration.ts";
import type { Sql } from "../../src/db/client.ts";
import { newId } from "../../src/db/ids.ts";

export type ExposedBuyers = {
  readonly shop?: string;
  readonly campaign?: string;
  readonly version?: string;
  readonly share?: number;
  readonly held?: boolean;
  readonly variant?: string | null;
  readonly at: number;
  readonly buyers: number;
  /** The first ones; an hour later. */
  readonly paid: number;
  readonly amount?: number;
  readonly currency?: string;
};

/** Each buyer has one order at stake. */
export async function exposed(sql: Sql, given: ExposedBuyers): Promise<void> {
  const { shop = "acme", campaign = "default", version = "1", share = 0.1, held = false, variant = null } = given;
  const { at, buyers, paid, amount = 1_000, currency = "CNY" } = given;
  await sql`
    insert into exposures (shop_id, case_id, campaign, buyer_id, campaign_version, share, held, variant, at, window_ms, orders, amounts,
      currencies, paid)
    select ${shop}, gen_random_uuid(), ${campaign}, gen_random_uuid(), ${version}, ${share}, ${held}, ${variant}, ${new Date(at)},
      ${DAY}, array[${newId()} || '-' || n], array[${amount}::int8], array[${currency}],
      case when n <= ${paid} then array[${HOUR}::int8] end
    from generate_series(1, ${buyers}) as n`;
}
