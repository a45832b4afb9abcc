/** The state of a reminder as shown outside the tables. `cancelled` is stored as `skipped` with one of the reasons in CANCELLING. */
import type { PendingQuery, Row } from "postgres";
import type { Sql } from "../../client.ts";

/** `sending`: claimed, or waiting for a retry. `cancelled`: its reason is in CANCELLING. `skipped`: any other reason. */
export type ReminderState = "planned" | "sending" | "sent" | "skipped" | "cancelled";

/** The reasons that come from the order and not from the rules. */
const CANCELLING = ["paid", "closed", "refunded", "excluded"];

type Fragment = PendingQuery<Row[]>;

const isCancelled = (sql: Sql): Fragment => sql`(r.state = 'skipped' and coalesce(r.reason, '') in ${sql(CANCELLING)})`;

/** Whether the reminder `r` is in this state. */
export function inState(sql: Sql, state: string): Fragment {
  if (state === "cancelled") return isCancelled(sql);
  return state === "skipped" ? sql`(r.state = 'skipped' and not ${isCancelled(sql)})` : sql`r.state = ${state}`;
}

/** The state of the reminder `r`. */
export const stateOf = (sql: Sql): Fragment => sql`case when ${isCancelled(sql)} then 'cancelled' else r.state end`;

/**
 * When the reminder `r` counts: when it was sent or decided, or when it is due while it is planned. A skip that was late when it was decided
 * counts when it was due; the row of a whole case is due when the first of its orders was created. So orders that are imported long after
 * their time count in their own time.
 */
export const REMINDER_AT =
  "case when r.kind = 'skip' then least(r.decided_at, r.due_at) else coalesce(r.decided_at, r.due_at) end";

/**
 * Whether the reminder of the recovery `v` was sent. A payment may come while its send is under way, so `sent` is what was known then; a send that
 * fails has its recovery taken away. `offset 0` has the few such reminders looked up one by one.
 */
export const ofSent = (sql: Sql): Fragment => sql`(v.staff is null and ${ofAnybody(sql)})`;

/** The same, or a person's. */
export const ofAnybody = (sql: Sql): Fragment => sql`(v.sent or exists (
  select from reminders w where w.shop_id = v.shop_id and w.id = v.reminder_id and w.state = 'sent' offset 0))`;
