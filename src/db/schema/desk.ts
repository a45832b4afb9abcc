/** The tasks of the staff, and the contacts that came of them. */
import { sql } from "drizzle-orm";
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
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea, instant } from "./column-types.ts";

/**
 * A trigger on `cases` (drizzle/0044_case_holds.sql) makes and ends them, in the transaction in which a case becomes a person's or no longer is one. Other
 * columns are changed under the lock of the buyer.
 */
export const tasks = pgTable(
  "tasks",
  {
    id: uuid("id").primaryKey(),
    shopId: text("shop_id").notNull(),
    caseId: uuid("case_id").notNull(),
    kind: text("kind").notNull(),
    createdAt: instant("created_at").notNull(),
    /** When it is to be done. null: as soon as possible. */
    dueAt: instant("due_at"),
    /** It is due sooner if an event of its orders comes: one of them is being changed. */
    waitsForOrder: boolean("waits_for_order").notNull().default(false),
    /** The name of the person or key that has it, or to whom it was assigned. After the end: who had it last. */
    assignee: text("assignee"),
    /** The end of the claim. null: it is not claimed. */
    leaseUntil: instant("lease_until"),
    /** It was drawn for the assignee, and is theirs alone until then. null: it was not drawn, or somebody claimed it since. */
    assignedUntil: instant("assigned_until"),
    /** When it was drawn last; null: never. */
    drawnAt: instant("drawn_at"),
    endedAt: instant("ended_at"),
    /** How it ended by itself: paid, refunded, closed, erased, moved, handed_back. */
    why: text("why"),
    /** How a person ended it. */
    outcome: text("outcome"),
    reason: text("reason"),
    /**
     * By what lists are sorted: when the first order of its case closes (infinity: never), and what its orders amount to together. Triggers keep both
     * (drizzle/0051_task_order.sql) while it is to be done.
     */
    closesAt: instant("closes_at").notNull().default(sql`'infinity'`),
    total: bigint("total", { mode: "number" }).notNull().default(0),
    /** The last step that made or renewed the call: its delivery has the script. */
    reminderId: uuid("reminder_id"),
    touches: integer("touches").notNull().default(0),
    firstTouchAt: instant("first_touch_at"),
    version: integer("version").notNull().default(1),
  },
  (t) => [
    // A case has one task at most that is to be done. Also finds those that are, by shop.
    uniqueIndex("tasks_of_case").on(t.shopId, t.caseId).where(sql`ended_at is null`),
    // Finds who spoke to the buyer of a case, for the credit of a payment and for reports.
    index("tasks_case").on(t.shopId, t.caseId),
    // Those to be drawn, the oldest first.
    index("tasks_undrawn").on(t.createdAt, t.id).where(sql`ended_at is null and assignee is null`),
    // How many a person has.
    index("tasks_assignee").on(t.assignee).where(sql`ended_at is null and assignee is not null`),
    // The list by the next close: a page is read, however many are to be done. Overdue ones are found on the way.
    index("tasks_closes").on(t.closesAt, t.id).where(sql`ended_at is null`),
    // The list by amount, in the same way.
    index("tasks_total").on(t.total, t.id).where(sql`ended_at is null`),
    // The list of those that are done.
    index("tasks_ended").on(t.endedAt).where(sql`ended_at is not null`),
  ],
);

/** Each contact with a buyer, and each outcome. */
export const touches = pgTable(
  "touches",
  {
    id: uuid("id").primaryKey(),
    taskId: uuid("task_id").notNull(),
    at: instant("at").notNull(),
    who: text("who").notNull(),
    /** `call` or `chat`; null: an outcome without a contact of its own. */
    how: text("how"),
    /** `reached`, `no_answer`, `wrong_number`. */
    result: text("result"),
    outcome: text("outcome"),
    reason: text("reason"),
    /** Encrypted; erased with the buyer. */
    note: bytea("note"),
  },
  (t) => [
    // The story of a task.
    index("touches_of_task").on(t.taskId),
    // The last of each person, for the one who leads the desk. People write few rows.
    index("touches_of_person").on(t.who, t.at),
  ],
);

/** How tasks were assigned: among whom each was drawn, so that people are compared on like cases. */
export const taskDraws = pgTable(
  "task_draws",
  {
    id: uuid("id").primaryKey(),
    taskId: uuid("task_id").notNull(),
    at: instant("at").notNull(),
    /** `same_buyer`, `least_loaded`. */
    how: text("how").notNull(),
    /** Each of them had the same chance. */
    candidates: text("candidates").array().notNull(),
    drawn: text("drawn").notNull(),
  },
  // The draws of a task.
  (t) => [index("task_draws_task").on(t.taskId)],
);

/** The people to whom tasks are assigned. The list is replaced as a whole. */
export const staff = pgTable("staff", {
  /** As users and keys are named. */
  name: text("name").primaryKey(),
  place: integer("place").notNull(),
  /** Empty: all. */
  shops: text("shops").array().notNull(),
  /** Empty: all. */
  languages: text("languages").array().notNull(),
  teams: text("teams").array().notNull(),
  maxOpen: integer("max_open").notNull(),
  costPerHour: numeric("cost_per_hour"),
  costCurrency: text("cost_currency"),
  active: boolean("active").notNull(),
});

/** When they work, by the wall clock of a zone (core/desk/shifts.ts). */
export const shifts = pgTable(
  "shifts",
  {
    person: text("person").notNull(),
    place: integer("place").notNull(),
    weekdays: text("weekdays").array().notNull(),
    from: text("starts").notNull(),
    to: text("ends").notNull(),
    zone: text("zone").notNull(),
  },
  (t) => [primaryKey({ columns: [t.person, t.place] })],
);

/**
 * The cases that a campaign left to a person, or would have but for `manual.holdout`, from that moment on: written once, by the same code for both arms. Reports
 * compare people with reminders alone, and these with nothing.
 */
export const deskArms = pgTable(
  "desk_arms",
  {
    shopId: text("shop_id").notNull(),
    caseId: uuid("case_id").notNull(),
    campaign: text("campaign").notNull(),
    at: instant("at").notNull(),
    /** The share of such cases that the campaign kept from people then, and the share of buyers that it held out. */
    share: doublePrecision("share").notNull(),
    holdout: doublePrecision("holdout").notNull(),
    /** Whether it was kept from people, and whether its buyer gets no reminders. */
    kept: boolean("kept").notNull(),
    held: boolean("held").notNull(),
    /** ms in which a payment counts. */
    windowMs: bigint("window_ms", { mode: "number" }).notNull(),
    /** The orders that counted then. */
    orders: text("orders").array().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.shopId, t.caseId] }),
    // Reports of a window. They are stored in the order of time.
    index("desk_arms_at").using("brin", t.at),
  ],
);
