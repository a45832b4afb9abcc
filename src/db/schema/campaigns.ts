/**
 * Campaigns, and the settings that go with them. They belong to the installation, not to a shop. A change of them holds the lock of
 * stores/campaigns/planning-fence.ts and increments the revision.
 */
import { bigint, foreignKey, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant } from "./column-types.ts";

/** Which version of each campaign is current, and whether it runs. */
export const campaigns = pgTable(
  "campaigns",
  {
    key: text("key").primaryKey(),
    /** The version that runs. */
    current: integer("current").notNull(),
    /** null: it is not paused. */
    pausedAt: instant("paused_at"),
    /** When the pause ends by itself; null: when somebody resumes it. */
    pausedUntil: instant("paused_until"),
    /** As in `pauses`; null: it is not paused. */
    pauseSource: text("pause_source"),
    pauseCode: text("pause_code"),
    pauseReason: text("pause_reason"),
    /** The note of the person who paused it. */
    pauseNote: text("pause_note"),
    /** It runs no more, and is kept to be read: it had gone from the directory when `apply --prune` was called. */
    retiredAt: instant("retired_at"),
    /** Digest of the files last applied from a directory. Another current digest: edited since. null: never applied. */
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

/** Immutable, which a trigger enforces: `campaign.yaml` and the template files of a version, by name. */
export const campaignVersions = pgTable(
  "campaign_versions",
  {
    campaign: text("campaign").notNull(),
    /** From 1; reminders and deliveries refer to it. */
    number: integer("number").notNull(),
    /** Over the names and texts of the files. */
    digest: text("digest").notNull(),
    files: jsonb("files").notNull(),
    createdAt: instant("created_at").notNull(),
    createdBy: text("created_by").notNull(),
    /** `file`, `http` or `rollback`. */
    source: text("source").notNull(),
    /** The version that it replaced, or that a rollback restored. */
    fromVersion: integer("from_version"),
    note: text("note"),
  },
  (t) => [primaryKey({ columns: [t.campaign, t.number] })],
);

/** Paused channels, shops and payment methods. A campaign keeps its pause in its own row. */
export const pauses = pgTable(
  "pauses",
  {
    /** `channel`, `shop` or `payment_method`. */
    kind: text("kind").notNull(),
    /** A payment method is named with its shop, see core/values/payment-method.ts. */
    name: text("name").notNull(),
    pausedAt: instant("paused_at").notNull(),
    /** When the pause ends by itself; null: when somebody resumes it. */
    pausedUntil: instant("paused_until"),
    /** `person`; `fault`: the provider takes nothing from the channel; `threshold`: too much of what was sent failed (core/limits/auto-pause.ts), or too many orders of the payment method are unpaid (core/limits/guard.ts). */
    source: text("source").notNull().default("person"),
    /** Why it was paused by itself: a code and our words; null: somebody paused it. */
    code: text("code"),
    reason: text("reason"),
    /** The note of the person who paused it. */
    note: text("note"),
  },
  (t) => [primaryKey({ columns: [t.kind, t.name] })],
);

/**
 * Channels that did not answer for a while, as the dispatching processes see it. A process that still finds it so renews `seen_at`; a row that
 * nobody renews is of a process that has ended.
 */
export const channelOutages = pgTable("channel_outages", {
  channel: text("channel").primaryKey(),
  since: instant("since").notNull(),
  seenAt: instant("seen_at").notNull(),
  /** The outcome of the last send that failed. */
  code: text("code").notNull(),
});

/**
 * Counts the sends of a channel or campaign, in pieces of ten seconds, and how they ended. Automatic pauses are decided from these sums: nobody has
 * to count deliveries. A failure that is reported later counts in the piece of its send.
 */
export const tallies = pgTable(
  "tallies",
  {
    /** `channel` or `campaign`. */
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    /** The beginning of the piece. */
    at: instant("at").notNull(),
    /** Accepted, refused or of unknown outcome. */
    sends: integer("sends").notNull(),
    /** Refused by the provider, or not delivered for good. */
    rejected: integer("rejected").notNull(),
    /** Those of them whose address does not exist. */
    invalid: integer("invalid").notNull(),
    optOuts: integer("opt_outs").notNull(),
  },
  (t) => [primaryKey({ columns: [t.kind, t.name, t.at] })],
);

/**
 * Counts the orders of each payment method by the minute in which they were first received, and how many of them were still unpaid at the age at
 * which they are judged (core/limits/guard.ts). Each order is counted once. The hours are the sums of their minutes, without those in which the
 * method was held.
 */
export const paymentCounts = pgTable(
  "payment_counts",
  {
    shopId: text("shop_id").notNull(),
    method: text("method").notNull(),
    /** `minute` or `hour`. */
    span: text("span").notNull(),
    /** Its beginning. */
    at: instant("at").notNull(),
    orders: integer("orders").notNull(),
    unpaid: integer("unpaid").notNull(),
  },
  (t) => [primaryKey({ columns: [t.shopId, t.method, t.span, t.at] })],
);

/** Codes of providers that their tables (src/channels) do not list, so that somebody looks. */
export const unlistedCodes = pgTable(
  "unlisted_codes",
  {
    channel: text("channel").notNull(),
    code: text("code").notNull(),
    count: bigint("count", { mode: "number" }).notNull(),
    firstAt: instant("first_at").notNull(),
    lastAt: instant("last_at").notNull(),
  },
  (t) => [primaryKey({ columns: [t.channel, t.code] })],
);

/** Single facts of the installation: the revision of the campaigns, and the one for which all open cases were last replanned. */
export const settings = pgTable("settings", {
  key: text("key").primaryKey(),
  value: jsonb("value").notNull(),
});
