/** Notices to the shop's staff, and the chores that one process at a time does. No table here holds a secret, an address or a text of a message. */
import { index, integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "./column-types.ts";

/** One row for each receiver (`notices` in dunlin.yaml) and matter: what is to be said, and when something was said last. */
export const notices = pgTable(
  "notices",
  {
    /** Its name in dunlin.yaml. */
    receiver: text("receiver").notNull(),
    /** Like `channel_paused:sms`. It gets one notice an hour at most. */
    matter: text("matter").notNull(),
    /** The incident that was counted last, like the time of a pause: the same one is not counted twice. */
    occurrence: text("occurrence").notNull(),
    /** The latest words. */
    text: text("text").notNull(),
    /** How often it happened since the last notice. 0: nothing is to be sent. */
    count: integer("count").notNull(),
    /** When the first of these happened, and the last. */
    firstAt: instant("first_at").notNull(),
    lastAt: instant("last_at").notNull(),
    /** The id of the next notice: it is the same in each attempt. */
    noticeId: uuid("notice_id").notNull(),
    /** When it may leave; null: nothing is to be sent. */
    dueAt: instant("due_at"),
    sentAt: instant("sent_at"),
    /** A process is sending it until then. */
    leaseUntil: instant("lease_until"),
    /** Attempts whose end is not known: the second is the last. */
    unsure: integer("unsure").notNull().default(0),
    /** Attempts that certainly failed since the last notice, and the code of the last one. */
    failures: integer("failures").notNull().default(0),
    code: text("code"),
  },
  (t) => [
    primaryKey({ columns: [t.receiver, t.matter] }),
    // Those that are sent next.
    index("notices_due").on(t.dueAt),
  ],
);

/** The latest answer of each channel's provider about its set-up: a list of ChannelFinding, and how it was judged: a list of SetupLine. */
export const channelStates = pgTable("channel_states", {
  channel: text("channel").primaryKey(),
  checkedAt: instant("checked_at").notNull(),
  findings: jsonb("findings").notNull(),
  lines: jsonb("lines").notNull().default([]),
});

/** The latest result of each shop, for the metrics (db/stores/notices/result-store.ts). */
export const results = pgTable("results", {
  shopId: text("shop_id").primaryKey(),
  at: instant("at").notNull(),
  figures: jsonb("figures").notNull(),
});

/** Chores that need no queue: which process does one is decided here. */
export const chores = pgTable("chores", {
  name: text("name").primaryKey(),
  nextAt: instant("next_at").notNull(),
  /** A process is at it until then. */
  leaseUntil: instant("lease_until"),
});
