/** The conditions of a list, of which a query gives some. */
import type { PendingQuery, Row } from "postgres";
import type { Sql } from "../../client.ts";

export type Condition = PendingQuery<Row[]>;

/** The given conditions, joined by `and`. */
export const all = (sql: Sql, conditions: readonly (Condition | null)[]): Condition =>
  conditions.reduce<Condition>((sum, each) => (each === null ? sum : sql`${sum} and ${each}`), sql`true`);

export const given = <T>(value: T | null | undefined, write: (value: T) => Condition): Condition | null =>
  value === null || value === undefined ? null : write(value);
