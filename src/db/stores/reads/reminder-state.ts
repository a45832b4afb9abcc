/** What a reminder's state is called outside the tables: stored, one that its order's fate ended is a skip with the reason for it. */
import type { PendingQuery, Row } from "postgres";
import type { Sql } from "../../client.ts";

/** `sending`: claimed, or to be tried again. `cancelled`: its reason is one of CANCELLING; `skipped`: any other reason. */
export type ReminderState = "planned" | "sending" | "sent" | "skipped" | "cancelled";

/** Reasons that tell what became of the order, rather than what the rules said of the reminder. */
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
