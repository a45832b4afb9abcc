/**
 * The tables. `shop_id` leads every key, so that each table can be hash-distributed by shop. Instants are `timestamptz`, money is
 * integer minor units (prices of segments: millionths). Whoever holds the row lock of a buyer owns everything of that buyer:
 * orders, the open case, planned reminders. Contacts are stored encrypted and found by a keyed hash; no other table holds one.
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
const instant = (name: string) => timestamp(name, { withTimezone: true });
const money = (name: string) => bigint(name, { mode: "number" });

export const buyers = pgTable(
  "buyers",
  {
    shopId: text("shop_id").notNull(),
    id: uuid("id").notNull(),
    /** The platform's id of the buyer, where it was told. */
    platformId: text("platform_id"),
    /** hash32 of the identity first told, as a signed 32-bit number: decides holdout and variant for life. */
    bucket: integer("bucket").notNull(),
    /** Last told name (encrypted), locale, timeZone and tier, each as [value, occurredAt ms, event id]. */
    profile: jsonb("profile").notNull().default({}),
    /** When something of this buyer is next to be decided. */
    wakeAt: instant("wake_at"),
    /** Plan anew at the next wake, whatever the facts say: a campaign or a suppression changed. */
    touched: boolean("touched").notNull().default(false),
    /** The channel under whose rate a send that is due waits for room; its turn comes by `waitsSince`, the time it was due at. */
    waitsFor: text("waits_for"),
    waitsSince: instant("waits_since"),
    mergedInto: uuid("merged_into"),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    uniqueIndex("buyers_platform_id").on(t.shopId, t.platformId).where(sql`platform_id is not null`),
    index("buyers_merged").on(t.shopId, t.mergedInto).where(sql`merged_into is not null`),
    index("buyers_due").on(t.wakeAt).where(sql`wake_at is not null`),
    index("buyers_waiting").on(t.waitsFor, t.waitsSince).where(sql`waits_for is not null`),
  ],
);

export const contacts = pgTable(
  "contacts",
  {
    shopId: text("shop_id").notNull(),
    /** Keyed hash of kind and value. */
    hash: bytea("hash").notNull(),
    buyerId: uuid("buyer_id").notNull(),
    /** `phone`, or `chat.<kind>`. */
    kind: text("kind").notNull(),
    cipher: bytea("cipher").notNull(),
    keyId: text("key_id").notNull(),
    /** The event that told it last. */
    reportedAt: instant("told_at").notNull(),
    reportedId: text("told_id").notNull(),
  },
  (t) => [primaryKey({ columns: [t.shopId, t.hash] }), index("contacts_buyer").on(t.shopId, t.buyerId)],
);

export const suppressions = pgTable(
  "suppressions",
  {
    shopId: text("shop_id").notNull(),
    hash: bytea("hash").notNull(),
    source: text("source").notNull(),
    createdAt: instant("created_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.shopId, t.hash] })],
);

export const orders = pgTable(
  "orders",
  {
    shopId: text("shop_id").notNull(),
    id: text("id").notNull(),
    /** null while no event told the buyer. */
    buyerId: uuid("buyer_id"),
    /** The case it is in now, or was in last. */
    caseId: uuid("case_id"),
    /** `unpaid`, `paid`, `closed`; closed by the clock counts, too. */
    status: text("status").notNull(),
    inCase: boolean("in_case").notNull().default(false),
    amount: money("amount"),
    currency: text("currency"),
    createdAt: instant("created_at"),
    closesAt: instant("closes_at"),
    chaseFrom: instant("chase_from"),
    cashOnDelivery: boolean("cash_on_delivery").notNull().default(false),
    paidAt: instant("paid_at"),
    refundedAt: instant("refunded_at"),
    closedAt: instant("closed_at"),
    /** When it was first told well enough to be chased. */
    reportedAt: instant("told_at"),
    /** tags, items, payUrl, note, paymentMethod, closeReason. */
    details: jsonb("details").notNull(),
    /** `campaign/step` → own time (ms) when that step was settled for this order. */
    settled: jsonb("settled").notNull().default({}),
    seenAt: instant("seen_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.shopId, t.id] }), index("orders_buyer").on(t.shopId, t.buyerId)],
);

export const orderEvents = pgTable(
  "order_events",
  {
    shopId: text("shop_id").notNull(),
    id: text("id").notNull(),
    orderId: text("order_id").notNull(),
    type: text("type").notNull(),
    occurredAt: instant("occurred_at").notNull(),
    receivedAt: instant("received_at").notNull(),
    /** The order as told, without its buyer. */
    told: jsonb("told").notNull(),
  },
  (t) => [primaryKey({ columns: [t.shopId, t.id] }), index("order_events_order").on(t.shopId, t.orderId)],
);

export const cases = pgTable(
  "cases",
  {
    shopId: text("shop_id").notNull(),
    id: uuid("id").notNull(),
    buyerId: uuid("buyer_id").notNull(),
    openedAt: instant("opened_at").notNull(),
    endedAt: instant("ended_at"),
    campaign: text("campaign"),
    hadPlan: boolean("had_plan").notNull().default(false),
    manual: boolean("manual").notNull().default(false),
    /** The last promise of the buyer: {at, recordedAt} in ms, reason, by. */
    promise: jsonb("promise"),
    /** Why orders left it at the last instant at which one did: {at ms, reasons}. */
    departures: jsonb("departures"),
    wholeReason: text("whole_reason"),
    wholeAt: instant("whole_at"),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    uniqueIndex("cases_one_open").on(t.shopId, t.buyerId).where(sql`ended_at is null`),
  ],
);

export const reminders = pgTable(
  "reminders",
  {
    shopId: text("shop_id").notNull(),
    id: uuid("id").notNull(),
    caseId: uuid("case_id").notNull(),
    buyerId: uuid("buyer_id").notNull(),
    campaign: text("campaign"),
    campaignVersion: text("campaign_version"),
    /** null: stands for the whole case. */
    step: text("step"),
    variant: text("variant"),
    /** What is planned: `send` or `skip`. */
    kind: text("kind").notNull(),
    /** `planned` → `sending` → `sent` or `skipped`; or `planned` → `skipped`. */
    state: text("state").notNull(),
    reason: text("reason"),
    dueAt: instant("due_at").notNull(),
    decidedAt: instant("decided_at"),
    /** The orders that counted (a send: that it names) when it was decided. */
    orders: text("orders").array().notNull(),
    /** A send that found no room under its channel's rate: the orders that it would have named. They are treated, whatever becomes of it. */
    intended: text("intended").array(),
    /** How the time came about: index, anchor, latest, owed, moves. */
    plan: jsonb("plan"),
    /** A send: until when a payment is credited to it. */
    attributedUntil: instant("attributed_until"),
    /** When a send that failed for the moment is tried again. */
    retryAt: instant("retry_at"),
    retryChannel: text("retry_channel"),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // Planned is what is not decided. Not by `state`, which changes once more when a send is recorded: that update stays on its page (HOT).
    uniqueIndex("reminders_one_planned").on(t.shopId, t.caseId, t.step).where(sql`decided_at is null`),
    index("reminders_buyer").on(t.shopId, t.buyerId),
    index("reminders_retry").on(t.retryAt).where(sql`retry_at is not null`),
  ],
);

export const deliveries = pgTable(
  "deliveries",
  {
    shopId: text("shop_id").notNull(),
    /** Of the first attempt on a channel also the idempotency key that the provider gets with each of them. */
    id: uuid("id").notNull(),
    reminderId: uuid("reminder_id").notNull(),
    channel: text("channel").notNull(),
    attempt: integer("attempt").notNull(),
    /** `claimed` → `accepted`, `failed-permanent`, `failed-transient`, `unknown`. */
    state: text("state").notNull(),
    /** Of this attempt: a retry may go out under a later version than the first one. */
    campaignVersion: text("campaign_version"),
    variant: text("variant"),
    claimedAt: instant("claimed_at").notNull(),
    leaseUntil: instant("lease_until").notNull(),
    finishedAt: instant("finished_at"),
    deliveredAt: instant("delivered_at"),
    template: text("template"),
    templateVersion: text("template_version"),
    messageId: text("message_id"),
    segments: integer("segments"),
    costMicros: bigint("cost_micros", { mode: "number" }),
    costCurrency: text("cost_currency"),
    code: text("code"),
    message: text("message"),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    uniqueIndex("deliveries_one_standing")
      .on(t.shopId, t.reminderId)
      .where(sql`state in ('claimed', 'accepted', 'unknown')`),
    index("deliveries_reminder").on(t.shopId, t.reminderId),
    index("deliveries_lease").on(t.leaseUntil).where(sql`state = 'claimed'`),
  ],
);

export const recoveries = pgTable(
  "recoveries",
  {
    shopId: text("shop_id").notNull(),
    orderId: text("order_id").notNull(),
    reminderId: uuid("reminder_id").notNull(),
    amount: money("amount").notNull(),
    currency: text("currency").notNull(),
    remindedAt: instant("reminded_at").notNull(),
    paidAt: instant("paid_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.shopId, t.orderId] }), index("recoveries_reminder").on(t.shopId, t.reminderId)],
);

/** When a channel's next free slot is; one row a channel, shared by all processes. */
export const channelSlots = pgTable("channel_slots", {
  channel: text("channel").primaryKey(),
  nextAt: instant("next_at").notNull(),
});

/**
 * Campaigns belong to the installation, not to a shop. Which version is run, and whether it is; the versions themselves never change.
 * Whoever changes one holds the lock of stores/planning-fence.ts and counts the revision of the campaigns up.
 */
export const campaigns = pgTable(
  "campaigns",
  {
    key: text("key").primaryKey(),
    /** The version that is run. */
    current: integer("current").notNull(),
    /** null: it runs. */
    pausedAt: instant("paused_at"),
    /** Not run any more, and kept to be read: it vanished from the directory and `apply --prune` was said. */
    retiredAt: instant("retired_at"),
    /** Digest of the files last applied from a directory; another current one was edited since. null: never applied. */
    appliedDigest: text("applied_digest"),
  },
  (t) => [
    foreignKey({
      name: "campaigns_current",
      columns: [t.key, t.current],
      foreignColumns: [campaignVersions.campaign, campaignVersions.number],
    }),
  ],
);

/** Immutable (a trigger refuses updates): `campaign.yaml` and the template files as they were, by name. */
export const campaignVersions = pgTable(
  "campaign_versions",
  {
    campaign: text("campaign").notNull(),
    /** From 1; reminders and deliveries name it. */
    number: integer("number").notNull(),
    /** Of the files' names and texts. */
    digest: text("digest").notNull(),
    files: jsonb("files").notNull(),
    createdAt: instant("created_at").notNull(),
    createdBy: text("created_by").notNull(),
    /** `file`, `http` or `rollback`. */
    source: text("source").notNull(),
    /** The version that it came from: the one it replaced, or that a rollback took back. */
    fromVersion: integer("from_version"),
    note: text("note"),
  },
  (t) => [primaryKey({ columns: [t.campaign, t.number] })],
);

/** Keys of the HTTP interface beside the admin key of the environment or the data directory. A name is given once, for the audit trail's sake. */
export const apiKeys = pgTable(
  "api_keys",
  {
    id: uuid("id").primaryKey(),
    name: text("name").notNull(),
    /** `viewer`, `operator` or `admin`. */
    role: text("role").notNull(),
    /** SHA-256 of the key, which is random enough to need no more. */
    hash: bytea("hash").notNull(),
    createdAt: instant("created_at").notNull(),
    createdBy: text("created_by").notNull(),
    revokedAt: instant("revoked_at"),
  },
  (t) => [uniqueIndex("api_keys_hash").on(t.hash), uniqueIndex("api_keys_name").on(t.name)],
);

/** Who changed what, when. Ids are UUIDv7, so their order is that of time. */
export const audit = pgTable("audit", {
  id: uuid("id").primaryKey(),
  at: instant("at").notNull(),
  /** The name of an API key, or of who ran a command. */
  who: text("who").notNull(),
  /** `http`, `cli` or `start`. */
  via: text("via").notNull(),
  /** `campaign.apply`, `key.create`, …. */
  action: text("action").notNull(),
  /** The campaign or key that it was done to. */
  subject: text("subject").notNull(),
  fromVersion: integer("from_version"),
  toVersion: integer("to_version"),
  note: text("note"),
});

/** Single facts of the installation: the revision of the campaigns, and the one that all open cases were last planned anew for. */
export const settings = pgTable("settings", {
  key: text("key").primaryKey(),
  value: jsonb("value").notNull(),
});
