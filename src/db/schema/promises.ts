/** The promises of buyers to pay. */
import { sql } from "drizzle-orm";
import { boolean, index, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { instant } from "./column-types.ts";

/**
 * The function `judge_promise` (drizzle/0042_promises.sql) says what became of one. A trigger on `cases` calls it when the promised time comes and when
 * the case ends, intake when a payment is received: each in the transaction of that change, under the lock of the buyer. The planner reads
 * `cases.promise`, which is written with the row.
 */
export const promises = pgTable(
  "promises",
  {
    id: uuid("id").primaryKey(),
    shopId: text("shop_id").notNull(),
    caseId: uuid("case_id").notNull(),
    /** null: it was recorded without a task. */
    taskId: uuid("task_id"),
    /** Those of the case when it was recorded. */
    orders: text("orders").array().notNull(),
    /** When the buyer will pay. */
    at: instant("at").notNull(),
    recordedAt: instant("recorded_at").notNull(),
    /** The person who recorded it. */
    recordedBy: text("recorded_by"),
    /** Why it is unpaid: a word of the desk, or as somebody wrote it. Erased with the buyer. */
    reason: text("reason"),
    /** `open`, `kept`, `broken`, `replaced`, or `ended` before its time without a payment. */
    state: text("state").notNull(),
    /** How it ended: closed, refunded, excluded, erased, moved. null: another state. */
    why: text("why"),
    /** When it was kept, broken, replaced or ended. */
    endedAt: instant("ended_at"),
    /** A notice has said that it is due soon. */
    warned: boolean("warned").notNull().default(false),
  },
  (t) => [
    // A case has one open promise at most.
    uniqueIndex("promises_open").on(t.shopId, t.caseId).where(sql`state = 'open'`),
    // Those of a case, for its payments and its card.
    index("promises_case").on(t.shopId, t.caseId),
    // The list: the soonest of those that are open, the last of all.
    index("promises_at").on(t.at, t.id),
  ],
);
