/** How far the orders of each shop were read from its platform. One process at a time reads: the holder of the lease. */
import { integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "./column-types.ts";

export const polls = pgTable(
  "polls",
  {
    shopId: text("shop_id").notNull(),
    source: text("source").notNull(),
    /** By the platform's clock: all changes up to here are stored. null: nothing was read yet. */
    cursor: instant("cursor"),
    nextAt: instant("next_at").notNull(),
    owner: uuid("owner"),
    leaseUntil: instant("lease_until"),
    /** The end of the last poll without a fault. */
    polledAt: instant("polled_at"),
    /** Polls in a row that failed, and the fault of the last one. */
    failures: integer("failures").notNull(),
    fault: text("fault"),
    failedAt: instant("failed_at"),
  },
  (t) => [primaryKey({ columns: [t.shopId, t.source] })],
);
