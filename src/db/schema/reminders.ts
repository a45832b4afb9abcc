/** Cases, their reminders, and what was sent and recovered. */
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, instant, money } from "./column-types.ts";

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
    /** Whether its campaign leaves it to a person now. */
    manual: boolean("manual").notNull().default(false),
    /** When its campaign left it to a person; null: it never did. */
    manualAt: instant("manual_at"),
    /** `no_contact`: because the buyer has none. null: because of the amount or the tier. */
    manualWhy: text("manual_why"),
    /** When a person's case goes back to the reminders, or went; null: never. */
    backAt: instant("back_at"),
    /** Since when somebody of the staff has it; null: nobody has it now. The desk sets it, the planner clears it when it hands the case back. */
    heldAt: instant("held_at"),
    /** Until then they have it, or had it; the year 9999: for good. null: nobody ever had it. Written by the desk alone. */
    heldUntil: instant("held_until"),
    /** When it would have become a person's, and was kept from people by `manual.holdout`; null: it was not. */
    keptAt: instant("kept_at"),
    /** The last promise of the buyer, as far as the planner needs it: {at, recordedAt} in ms, isOver. */
    promise: jsonb("promise"),
    /** The last instant at which orders left it, and why they did: {at ms, reasons}. */
    departures: jsonb("departures"),
    /** When reports count it: at the creation of the first order that was in it. null: they do not. */
    countedAt: instant("counted_at"),
    wholeReason: text("whole_reason"),
    wholeAt: instant("whole_at"),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // A buyer has one open case at most; also finds the open cases of loaded buyers.
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
    /** null: the reminder stands for the whole case. */
    step: text("step"),
    /** How many rows of its case and step were decided before it was planned. After a merge of two cases only its order counts. */
    seq: integer("seq").notNull().default(0),
    variant: text("variant"),
    /** As planned: `send` or `skip`. */
    kind: text("kind").notNull(),
    /** `planned` → `sending` → `sent` or `skipped`; or `planned` → `skipped`; of a call `planned` → `sent`. */
    state: text("state").notNull(),
    reason: text("reason"),
    /** For a whole case: when the first of its orders was created. */
    dueAt: instant("due_at").notNull(),
    decidedAt: instant("decided_at"),
    /** The orders that counted when it was decided; those of a send are named in its text. */
    orders: text("orders").array().notNull(),
    /** Why it has its time: index, anchor, latest, owed, moves. */
    plan: json("plan"),
    /** A payment until then is credited to this send. */
    attributedUntil: instant("attributed_until"),
    /** When a send that failed for the moment is retried. */
    retryAt: instant("retry_at"),
    retryChannel: text("retry_channel"),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // A case has one planned row at most for each step: two would both follow the same decided ones. A case has one buyer, who stands first, so
    // that this also finds the plan and the recent sends of loaded buyers. The index names nothing that changes, so deciding a row and
    // recording it write no index (HOT). The table leaves room on each page for that.
    uniqueIndex("reminders_of_step").on(t.shopId, t.buyerId, t.caseId, t.step, t.seq),
    // The scan for due retries. Few reminders wait for one.
    index("reminders_retry").on(t.retryAt).where(sql`retry_at is not null`),
  ],
);

export const deliveries = pgTable(
  "deliveries",
  {
    shopId: text("shop_id").notNull(),
    /** The id of the first attempt on a channel is the idempotency key of all attempts there. */
    id: uuid("id").notNull(),
    reminderId: uuid("reminder_id").notNull(),
    channel: text("channel").notNull(),
    attempt: integer("attempt").notNull(),
    /** `claimed` → `accepted`, `failed-permanent`, `failed-transient`, `unknown`. A call is `accepted` from the first. */
    state: text("state").notNull(),
    /** true: it was, or may have been, sent. Else null, and a unique index takes any number of those. */
    standing: boolean("standing").generatedAlwaysAs(
      sql`case when state in ('claimed', 'accepted', 'unknown') then true end`,
    ),
    /** The version of this attempt: a retry may go out under a later version than the first one. */
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
    /** The text that was, or may have been, sent, encrypted. null: nothing left, or it is no longer kept. No index: it is written on the hot path. */
    sealedText: bytea("sealed_text"),
    /** The sum of its receipts (core/receipts/facts.ts). */
    receipt: jsonb("receipt"),
    /** The hash of the contact that it goes to, as in `contacts`, where an unknown outcome can be cleared up later or the messages to an address are capped. Else null. */
    toHash: bytea("to_hash"),
    /** The whole message, encrypted, until it has an outcome: only where it may be sent again after an unknown one. */
    sealedMessage: bytea("sealed_message"),
    /** When the reader opted out after it. */
    optedOutAt: instant("opted_out_at"),
    /** How asking the provider about its unknown outcome ended: {end, asked, at ms}. */
    lookup: jsonb("lookup"),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.id] }),
    // A reminder has one delivery at most that was, or may have been, sent: no double send, whatever goes wrong. Also finds all attempts of a
    // reminder. Neither this index nor its condition names the state: an accepted send changes no indexed value, so recording it writes no
    // index (HOT). The table leaves room on each page for that.
    uniqueIndex("deliveries_of_reminder").on(t.shopId, t.reminderId, t.standing),
    // Counts what an address got of late, from all shops. A claim writes it once, on channels that keep the hash.
    index("deliveries_address").on(t.channel, t.toHash, t.claimedAt).where(sql`to_hash is not null`),
    // A receipt names a delivery, and no shop.
    index("deliveries_id").on(t.id),
  ],
);

/**
 * The claims of one transaction, until it was seen that all have an outcome. The scan for claims whose worker reported none starts here: an
 * index over the claimed deliveries would be written again with every outcome.
 */
export const leases = pgTable(
  "leases",
  {
    id: uuid("id").primaryKey(),
    until: instant("until").notNull(),
    /** The keys of the deliveries, one list for each column. */
    shops: text("shops").array().notNull(),
    deliveries: uuid("deliveries").array().notNull(),
  },
  (t) => [
    // The leases that have run out. Each is deleted soon after.
    index("leases_until").on(t.until),
  ],
);

export const recoveries = pgTable(
  "recoveries",
  {
    shopId: text("shop_id").notNull(),
    orderId: text("order_id").notNull(),
    /** null: a person's. */
    reminderId: uuid("reminder_id"),
    amount: money("amount").notNull(),
    currency: text("currency").notNull(),
    remindedAt: instant("reminded_at").notNull(),
    paidAt: instant("paid_at").notNull(),
    /** Those of its reminder, so that reports need not look it up. */
    campaign: text("campaign"),
    campaignVersion: text("campaign_version"),
    step: text("step"),
    variant: text("variant"),
    /** The person who spoke to the buyer last, after the last reminder; null: the reminder's. */
    staff: text("staff"),
    /** false: the reminder is under way. */
    sent: boolean("sent").notNull().default(true),
  },
  (t) => [
    // An order is credited once at most.
    primaryKey({ columns: [t.shopId, t.orderId] }),
    // Reports look up recoveries by reminder.
    index("recoveries_reminder").on(t.shopId, t.reminderId),
    // The list of recovered orders.
    index("recoveries_reminded").on(t.shopId, t.remindedAt, t.orderId),
    // Those of people on a day, for the leaders on the hour.
    index("recoveries_staff_paid").on(t.paidAt).where(sql`staff is not null`),
  ],
);

/** The next free slot of each rate-limited channel: one row a channel, shared by all processes. */
export const channelSlots = pgTable("channel_slots", {
  channel: text("channel").primaryKey(),
  nextAt: instant("next_at").notNull(),
});
