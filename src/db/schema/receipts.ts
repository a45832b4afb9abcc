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

/** Deliveries of unknown outcome about which the provider is asked (core/receipts/lookup.ts). A row ends with what became of its delivery. */
export const lookups = pgTable(
  "lookups",
  {
    shopId: text("shop_id").notNull(),
    deliveryId: uuid("delivery_id").notNull(),
    channel: text("channel").notNull(),
    /** The last moment at which the message may have left. */
    sentBy: instant("sent_by").notNull(),
    /** When it is asked next. While somebody asks, nobody else does before this time. */
    nextAt: instant("next_at").notNull(),
    /** The one who asks. An answer counts only under the lease that is still here. */
    lease: uuid("lease"),
    /** Answers so far. */
    asked: integer("asked").notNull().default(0),
    /** When the provider first had no such message. */
    absentAt: instant("absent_at"),
    /** Questions since the last answer. */
    unanswered: integer("unanswered").notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.deliveryId] }),
    // Those that are asked next.
    index("lookups_next").on(t.nextAt),
  ],
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
