/**
 * Buyers and how to reach them. The row lock of a buyer protects everything of that buyer: its orders, its open case, its planned
 * reminders. Contacts are stored encrypted and found by a keyed hash; no other table holds one.
 *
 * For all tables: `shop_id` leads every key, so that each can be hash-distributed by shop (not those of campaigns.ts and access.ts, which
 * belong to the installation). Instants are `timestamptz`, money is integer minor units; prices of segments are in millionths.
 */
import { sql } from "drizzle-orm";
import { boolean, index, integer, json, pgTable, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { bytea, instant } from "./column-types.ts";

export const buyers = pgTable(
  "buyers",
  {
    shopId: text("shop_id").notNull(),
    id: uuid("id").notNull(),
    /** The platform's id of the buyer, if an event reported one. */
    platformId: text("platform_id"),
    /** hash32 of the first reported identity, as a signed 32-bit number: decides holdout and variant for good. */
    bucket: integer("bucket").notNull(),
    /** The latest name (encrypted), locale, timeZone and tier, each as [value, occurredAt ms, event id]. */
    profile: json("profile").notNull().default({}),
    /**
     * By order what `orders.settled` is now, for open orders where it differs: a send is written with the buyer, whose row changes anyway, and not
     * with its orders. null: nothing differs.
     */
    settled: json("settled"),
    /** When there is next something to decide about this buyer. */
    wakeAt: instant("wake_at"),
    /** Replan at the next wake, though no event came: a campaign, a promise or a suppression changed. */
    touched: boolean("touched").notNull().default(false),
    /** The channel that a due send waits for: it is full, or over its rate limit. `waitsSince` is when it was due, its place in the queue. */
    waitsFor: text("waits_for"),
    waitsSince: instant("waits_since"),
    mergedInto: uuid("merged_into"),
    /** Everything personal is deleted, and nothing is sent to this buyer any more. */
    erasedAt: instant("erased_at"),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // Finds a buyer by its platform id; of two transactions that insert the same new buyer one fails and runs again.
    uniqueIndex("buyers_platform_id").on(t.shopId, t.platformId).where(sql`platform_id is not null`),
    // When a buyer is merged on, the rows that lead to it follow. Few buyers are merged.
    index("buyers_merged").on(t.shopId, t.mergedInto).where(sql`merged_into is not null`),
    // The due scan: its cost depends on what is due, not on how many buyers there are.
    index("buyers_due").on(t.wakeAt).where(sql`wake_at is not null`),
    // The same within each shop, so that the backlog of one does not hold up the others.
    index("buyers_due_of_shop").on(t.shopId, t.wakeAt).where(sql`wake_at is not null`),
    // The queue before each channel: the shops in turn, and in each the order in which sends were due.
    index("buyers_waiting_of_shop").on(t.waitsFor, t.shopId, t.waitsSince).where(sql`waits_for is not null`),
  ],
);

export const contacts = pgTable(
  "contacts",
  {
    shopId: text("shop_id").notNull(),
    /** Keyed hash of kind and value. Several buyers may have one e-mail address: each has a row of its own, with a random hash. */
    hash: bytea("hash").notNull(),
    /** The keyed hash of an e-mail address, by which it is found and suppressed. null: `hash` is that. */
    address: bytea("address"),
    /** null: strangers share it, so it is nobody's. */
    buyerId: uuid("buyer_id"),
    /** `phone`, `call`, `email`, or `chat.<kind>`. */
    kind: text("kind").notNull(),
    cipher: bytea("cipher").notNull(),
    keyId: text("key_id").notNull(),
    /** The event that reported it last. */
    reportedAt: instant("told_at").notNull(),
    reportedId: text("told_id").notNull(),
    /** Which buyer ids reported it, and on which day last (core/order/sharing.ts). */
    reporters: text("reporters"),
    /** Since when strangers share it. */
    sharedAt: instant("shared_at"),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.hash] }),
    // The list of shared contacts. Few are shared.
    index("contacts_shared").on(t.shopId, t.hash).where(sql`buyer_id is null`),
    // The contacts of loaded buyers, and of one that is merged.
    index("contacts_buyer").on(t.shopId, t.buyerId),
    // The buyers of an e-mail address.
    index("contacts_address").on(t.shopId, t.address).where(sql`address is not null`),
  ],
);

/** The ids and addresses of erased buyers, as keyed hashes: their later events are stored without them. */
export const erasures = pgTable(
  "erasures",
  {
    shopId: text("shop_id").notNull(),
    hash: bytea("hash").notNull(),
    buyerId: uuid("buyer_id").notNull(),
    at: instant("at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.hash] }),
    // The buyers that were erased a short while ago.
    index("erasures_at").on(t.at),
  ],
);

/** Addresses that must not be messaged. They are known by their hash alone: no column tells the address. */
export const suppressions = pgTable(
  "suppressions",
  {
    shopId: text("shop_id").notNull(),
    hash: bytea("hash").notNull(),
    /** Names the row to people and programs: it says nothing about the address. */
    id: uuid("id").notNull().default(sql`gen_random_uuid()`),
    /** The kind of its contact. null: it was suppressed before this was kept. */
    kind: text("kind"),
    /** The masked address, encrypted. */
    masked: bytea("masked"),
    /** `opt_out`: the buyer or the provider said so; `manual`: a person did; `bounce`: the address does not exist. */
    reason: text("reason").notNull().default("manual"),
    /** The channel of a reply, the provider that refused the address, or the person. */
    source: text("source").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.hash] }),
    // The list, and one that is lifted by its id.
    uniqueIndex("suppressions_id").on(t.id),
    // The list of one shop.
    index("suppressions_shop").on(t.shopId, t.id),
  ],
);
