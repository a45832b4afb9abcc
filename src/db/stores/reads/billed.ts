import type { Sql } from "../../client.ts";
import type { Fragment } from "./report/report-keys.ts";

/**
 * Whether a delivery `d` costs what it has as its cost: it stands, or a receipt says what the provider bills for it. A message that was accepted, and
 * then reported as not delivered without a price, is taken to cost nothing.
 */
export const isBilled = (sql: Sql): Fragment =>
  sql`(d.standing is true or d.receipt -> 'cost' is not null)` as unknown as Fragment;
