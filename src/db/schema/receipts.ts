/** Reports of providers about messages. No table here holds an address or a text. */
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { bytea, instant } from "./column-types.ts";

/** The provider's ids of messages: an index of `deliveries` on them would cost every send more than this table does. */
export const messageIds = pgTable(
  "message_ids",
  {
    channel: text("channel").notNull(),
    messageId: text("message_id").notNull(),
    shopId: text("shop_id").notNull(),
    deliveryId: uuid("delivery_id").notNull(),
    at: instant("at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.channel, t.messageId] }),
    // Old ones are deleted. They are stored in the order of time.
    index("message_ids_at").using("brin", t.at),
  ],
);

/** Receipts that are applied later: no delivery fits yet, its answer is not recorded, or somebody holds it. */
export const keptReceipts = pgTable(
  "kept_receipts",
  {
    id: uuid("id").primaryKey(),
    channel: text("channel").notNull(),
    /** As in core/seams/receipt.ts, without address and text. */
    receipt: jsonb("receipt").notNull(),
    receivedAt: instant("received_at").notNull(),
    tries: integer("tries").notNull(),
    nextAt: instant("next_at").notNull(),
  },
  // Those that are tried next.
  (t) => [index("kept_receipts_next").on(t.nextAt)],
);

/** The last wish of the owner of an address in a reply, so that an older reply that comes later changes nothing. */
export const wishes = pgTable(
  "wishes",
  {
    shopId: text("shop_id").notNull(),
    hash: bytea("hash").notNull(),
    at: instant("at").notNull(),
    optedOut: boolean("opted_out").notNull(),
  },
  (t) => [primaryKey({ columns: [t.shopId, t.hash] })],
);
