/**
 * The sums from which reports are made. Triggers on the tables that are counted (drizzle/0031_report_sums.sql) write each change of a figure to
 * `report_changes`, in the transaction of the change itself. `upkeep` adds them up by local hours into `report_hours`. A report adds both.
 *
 * An absent name is empty here, because it is part of a key.
 */
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  numeric,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import { instant } from "./column-types.ts";

const count = (name: string) => bigint(name, { mode: "number" }).notNull().default(0);
const exact = (name: string) => numeric(name).notNull().default("0");

const keys = () => ({
  shopId: text("shop_id").notNull(),
  /** The start of a quarter of an hour in `report_changes`, and of a local hour of the shop in `report_hours`. */
  at: instant("at").notNull(),
  campaign: text("campaign").notNull().default(""),
  campaignVersion: text("campaign_version").notNull().default(""),
  step: text("step").notNull().default(""),
  variant: text("variant").notNull().default(""),
  costCurrency: text("cost_currency").notNull().default(""),
});

const counts = () => ({
  orders: count("orders"),
  cases: count("cases"),
  manual: count("manual"),
  waiting: count("waiting"),
  /** pending = planned − sent − skipped − cancelled. */
  planned: count("planned"),
  sent: count("sent"),
  skipped: count("skipped"),
  cancelled: count("cancelled"),
  failed: count("failed"),
  unknown: count("unknown"),
  /** Orders that sent reminders name, and those of them that no earlier one had named. */
  named: count("named"),
  reminded: count("reminded"),
  delivered: count("delivered"),
  optOuts: count("opt_outs"),
  segments: count("segments"),
  costMicros: exact("cost_micros"),
});

/** Signed. No key and no index: rows are only added, and deleted as they are summed. */
export const reportChanges = pgTable("report_changes", { ...keys(), ...counts() });

export const reportHours = pgTable("report_hours", { ...keys(), ...counts() }, (t) => [
  // Adds a change to its row. Also finds the hours of a shop.
  primaryKey({
    columns: [t.shopId, t.at, t.campaign, t.campaignVersion, t.step, t.variant, t.costCurrency],
  }),
]);

/** The zone in which the hours and days of a shop are summed. A shop without a row is not summed, or not completely. */
export const reportZones = pgTable("report_zones", {
  shopId: text("shop_id").primaryKey(),
  zone: text("zone").notNull(),
  /**
   * Its exposures before this start of a day are summed in `exposure_sums`, but for the days that are in `exposure_changes`. null: none is.
   */
  exposuresUntil: instant("exposures_until"),
});

/** In which quarters of an hour there are exposures that were written since they were summed: their days are counted from the exposures. */
export const exposureChanges = pgTable("exposure_changes", {
  shopId: text("shop_id").notNull(),
  at: instant("at").notNull(),
});

/**
 * The mature exposures of each local day of a shop: the sums of core/measure/clusters.ts. One row for the buyers, with an empty currency, and one
 * for the money of each currency.
 */
export const exposureSums = pgTable(
  "exposure_sums",
  {
    shopId: text("shop_id").notNull(),
    day: instant("day").notNull(),
    campaign: text("campaign").notNull(),
    campaignVersion: text("campaign_version").notNull(),
    share: doublePrecision("share").notNull(),
    held: boolean("held").notNull(),
    variant: text("variant"),
    /** The local day of the buyer's exposure before; null: it is the first. */
    previousDay: instant("previous_day"),
    currency: text("currency").notNull(),
    buyers: integer("buyers").notNull(),
    paid: integer("paid").notNull(),
    m: doublePrecision("m").notNull(),
    s: doublePrecision("s").notNull(),
    mm: doublePrecision("mm").notNull(),
    ss: doublePrecision("ss").notNull(),
    ms: doublePrecision("ms").notNull(),
    stake: doublePrecision("stake").notNull(),
    got: doublePrecision("got").notNull(),
    squares: doublePrecision("squares").notNull(),
  },
  // The sums of a day, to be read and to be made again.
  (t) => [index("exposure_sums_day").on(t.shopId, t.day)],
);
