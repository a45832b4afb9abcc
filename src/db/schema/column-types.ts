/** The column types of the tables. */
import { bigint, customType, timestamp } from "drizzle-orm/pg-core";

export const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
/** `timestamptz`. */
export const instant = (name: string) => timestamp(name, { withTimezone: true });
/** Integer minor units. */
export const money = (name: string) => bigint(name, { mode: "number" });
