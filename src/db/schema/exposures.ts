/** The buyers of both arms, from the moment at which the arms part. The effect of the reminders is measured by them. */
import { bigint, boolean, doublePrecision, index, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "./column-types.ts";

export const exposures = pgTable(
  "exposures",
  {
    shopId: text("shop_id").notNull(),
    caseId: uuid("case_id").notNull(),
    campaign: text("campaign").notNull(),
    buyerId: uuid("buyer_id").notNull(),
    campaignVersion: text("campaign_version").notNull(),
    /** The share of buyers that the campaign held out then. */
    share: doublePrecision("share").notNull(),
    held: boolean("held").notNull(),
    variant: text("variant"),
    /** When the first send of the case was due to go, or would have been. A send over the limit of its channel begins to wait then. */
    at: instant("at").notNull(),
    /** This buyer's exposure to the campaign before this one; null: it is the first. */
    previousAt: instant("previous_at"),
    /** ms in which a payment counts. */
    windowMs: bigint("window_ms", { mode: "number" }).notNull(),
    /** The orders that could still be paid in time. */
    orders: text("orders").array().notNull(),
    /** One for each of them, in minor units. */
    amounts: bigint("amounts", { mode: "number" }).array().notNull(),
    currencies: text("currencies").array().notNull(),
    /** One for each of them: ms from `at` to its payment; null: not paid since then, or refunded. null as a whole: none is paid. */
    paid: bigint("paid", { mode: "number" }).array(),
    /** One for each of them: what is left of its amount after a refund in part. null: of none was a part refunded. */
    kept: bigint("kept", { mode: "number" }).array(),
  },
  (t) => [
    // One for each case and campaign: a case has one buyer. By the buyer first, so that one index also finds the exposure before a new one,
    // and those that a payment concerns.
    primaryKey({ columns: [t.shopId, t.buyerId, t.campaign, t.caseId] }),
    // Reports of a window. They are stored in the order of time, so this costs an insert nothing.
    index("exposures_at").using("brin", t.at),
  ],
);
