/** Writes `reminders`: planned rows, and what was decided of them. */
import type { PlannedRow } from "../../../../core/rules/plan.ts";
import type { Sql } from "../../../client.ts";
import { type Key, uuidKeys } from "../../../keys.ts";
import {
  bool,
  type Columns,
  type Fragment,
  instant,
  int4,
  json,
  list,
  rowSet,
  text,
  uuid,
  word,
} from "../../../rows.ts";
import type { PlanDetails } from "../adopt.ts";

export type ReminderWrite = {
  readonly shop: string;
  readonly id: string;
  readonly caseId: string;
  readonly buyerId: string;
  readonly campaign: string | null;
  readonly version: string | null;
  readonly step: string | null;
  readonly variant: string | null;
  readonly kind: "send" | "skip";
  readonly state: "planned" | "sending" | "sent" | "skipped";
  readonly reason: string | null;
  readonly dueAt: number;
  readonly decidedAt: number | null;
  readonly orders: readonly string[];
  readonly row: PlannedRow | null;
  readonly attributedUntil: number | null;
};

/** A row that is not stored yet. */
export type NewReminder = ReminderWrite & {
  /** Whether its case is stored, so that rows of its step may have been decided before. */
  readonly inStoredCase: boolean;
  /** How many rows of its case and step stand before it among those that are inserted with it. */
  readonly after: number;
};

const KEY: Columns<ReminderWrite> = {
  shop_id: text(({ shop }) => shop),
  id: uuid(({ id }) => id),
};
const DECISION: Columns<ReminderWrite> = {
  variant: text(({ variant }) => variant),
  kind: word(({ kind }) => kind),
  state: word(({ state }) => state),
  reason: word(({ reason }) => reason),
  decided_at: instant(({ decidedAt }) => decidedAt),
  attributed_until: instant(({ attributedUntil }) => attributedUntil),
};
const PLAN: Columns<ReminderWrite> = {
  campaign: text(({ campaign }) => campaign),
  campaign_version: text(({ version }) => version),
  due_at: instant(({ dueAt }) => dueAt),
  orders: list(({ orders }) => orders),
  plan: json(({ row }) => (row === null ? null : planDetails(row))),
};

const decided = rowSet<ReminderWrite>(KEY, DECISION);
const updated = rowSet<ReminderWrite>(KEY, { ...DECISION, ...PLAN });
const CREATED: Columns<NewReminder> = {
  case_id: uuid(({ caseId }) => caseId),
  buyer_id: uuid(({ buyerId }) => buyerId),
  step: text(({ step }) => step),
  ...DECISION,
  ...PLAN,
};
const created = rowSet<NewReminder>(KEY, CREATED);
const numbered = rowSet<NewReminder>(KEY, {
  ...CREATED,
  in_stored_case: bool(({ inStoredCase }) => inStoredCase),
  after: int4(({ after }) => after),
});

const planDetails = ({ index, anchor, latest, owed, moves }: PlannedRow): PlanDetails => ({
  index,
  anchor,
  latest,
  owed,
  moves,
});

/** Each follows what was decided of its step. A planned row that is stored would follow the same, and the insert fails. */
export function insertReminders(sql: Sql, rows: readonly NewReminder[]): Fragment | null {
  if (rows.length === 0) return null;
  return sql`
    insert into reminders (${created.names(sql)}, seq)
    select ${created.values(sql)}, n.after + case when n.in_stored_case then coalesce((
      select max(r.seq) + 1 from reminders r
      where r.shop_id = n.shop_id and r.buyer_id = n.buyer_id and r.case_id = n.case_id and r.step = n.step
        and r.decided_at is not null), 0) else 0 end
    from ${numbered.rows(sql, rows)}`;
}

/** Reminders that were decided just as they were planned: the plan is not written again. */
export function decideReminders(sql: Sql, rows: readonly ReminderWrite[]): Fragment | null {
  return update(sql, decided, rows);
}

/** Reminders whose plan changed, decided or not. */
export function updateReminders(sql: Sql, rows: readonly ReminderWrite[]): Fragment | null {
  return update(sql, updated, rows);
}

function update(sql: Sql, set: typeof decided, rows: readonly ReminderWrite[]): Fragment | null {
  if (rows.length === 0) return null;
  return sql`
    update reminders r set ${set.set(sql)}
    from ${set.rows(sql, rows)}
    where r.shop_id = n.shop_id and r.id = n.id and r.state = 'planned'`;
}

export function deletePlanned(sql: Sql, keys: readonly Key[]): Fragment | null {
  if (keys.length === 0) return null;
  return sql`
    delete from reminders r using ${uuidKeys.rows(sql, keys)}
    where r.shop_id = n.shop_id and r.id = n.id and r.state = 'planned'`;
}
