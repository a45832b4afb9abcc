/** The keys that a report groups by, as SQL: for each kind of row the expressions and the joins that they need. */
import type { PendingQuery, Row } from "postgres";
import type { Sql } from "../../client.ts";
import { texts } from "../../columns.ts";
import { REMINDER_AT } from "./reminder-state.ts";
import { inWindows, type Window } from "./windows.ts";

export const DIMENSIONS = [
  "campaign",
  "step",
  "channel",
  "template",
  "variant",
  "reason",
  "shop",
  "day",
  "hour",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export type Fragment = PendingQuery<Row[]>;

export type ReportInput = {
  readonly by: readonly Dimension[];
  readonly windows: readonly Window[];
  /** The zone of each shop, in which its days and hours are counted. */
  readonly zones: readonly (readonly [shop: string, zone: string])[];
};

/** A kind of row: the columns of its shop, its campaign, and the instant at which it counts. */
export type Source = {
  readonly shop: string;
  readonly campaign: string;
  readonly at: string;
  /** Absent: that of the reminder. */
  readonly variant?: string;
};

/** Orders are counted when they were created, and a case with the first of its orders (`oldest`). */
export const ORDER_SOURCE: Source = { shop: "o.shop_id", campaign: "c.campaign", at: "o.created_at" };
export const CASE_SOURCE: Source = {
  shop: "c.shop_id",
  campaign: "c.campaign",
  at: "coalesce(oldest.created_at, c.opened_at)",
};
/** A reminder and everything that belongs to it count at this time. */
export const REMINDER_SOURCE: Source = { shop: "r.shop_id", campaign: "r.campaign", at: REMINDER_AT };

/** Orders and cases have no step, channel, template, variant or reason; their reminders have. */
const OF_REMINDERS: readonly Dimension[] = ["step", "channel", "template", "variant", "reason"];
/**
 * The row of a held-out buyer's reminders where rows are by channel or template: they have neither. No channel and no template has a name
 * with a blank.
 */
export const CONTROL_GROUP = "control group";

/** Whether the rows have arms to compare: a channel, say, is decided after the draw, and a held-out buyer has none. */
export const hasArms = (by: readonly Dimension[]): boolean =>
  !by.some((each) => each !== "variant" && OF_REMINDERS.includes(each));

export const needsReminders = (by: readonly Dimension[]): boolean => by.some((each) => OF_REMINDERS.includes(each));

function keyOf(dimension: Dimension, { shop, campaign, at, variant = "r.variant" }: Source): string {
  const local = `(${at} at time zone coalesce(z.zone, 'UTC'))`;
  const utc = `(${at} at time zone 'UTC')`;
  switch (dimension) {
    case "campaign":
      return campaign;
    case "shop":
      return shop;
    case "step":
      return "r.step";
    case "variant":
      return variant;
    case "reason":
      return "r.reason";
    case "channel":
      return `case when r.reason = 'holdout' then '${CONTROL_GROUP}' else coalesce(s.channel, f.channel) end`;
    case "template":
      return `case when r.reason = 'holdout' then '${CONTROL_GROUP}' else coalesce(s.template, f.template) end`;
    case "day":
      return `to_char(${local}, 'YYYY-MM-DD')`;
    case "hour":
      // With the offset: when clocks are set back, one wall-clock hour occurs twice.
      return `to_char(${local}, 'YYYY-MM-DD"T"HH24:00:00') || case when ${local} >= ${utc} then '+' else '-' end
        || to_char(greatest(${local} - ${utc}, ${utc} - ${local}), 'HH24:MI')`;
  }
}

/** Sorting a million texts by a language takes ten times as long as by bytes, and nothing here needs it. */
const bytewise = (expression: string): string => `(${expression}) collate "C"`;

/** `k0, k1, …` with a comma behind each, to be put before further columns: as expressions, and by name. */
export const keyColumns = (sql: Sql, by: readonly Dimension[], source: Source): Fragment =>
  sql.unsafe(
    by.map((dimension, i) => `${bytewise(keyOf(dimension, source))} as k${i}, `).join(""),
  ) as unknown as Fragment;
export const keyNames = (sql: Sql, by: readonly Dimension[]): Fragment =>
  sql.unsafe(by.map((_, i) => `k${i}, `).join("")) as unknown as Fragment;

export const noKeys = (sql: Sql, by: readonly Dimension[]): Fragment =>
  sql.unsafe(by.map(() => "null::text, ").join("")) as unknown as Fragment;

/** Groups by the keys and these columns; without any, there is no group. */
export function groupBy(sql: Sql, by: readonly Dimension[], also: readonly string[] = []): Fragment {
  const names = [...by.map((_, i) => `k${i}`), ...also];
  return sql.unsafe(names.length === 0 ? "" : `group by ${names.join(", ")}`) as unknown as Fragment;
}

/**
 * - `standing`: the delivery that stands for a reminder.
 * - `billed`: each that failed, and that a receipt gave a price.
 */
type Delivery = "standing" | "billed";

/** The joins that the keys need. `s` is a delivery; where all failed, `f` is the last one. Absent: only as the keys need it. */
export function keyJoins(sql: Sql, { by, zones }: ReportInput, { shop }: Source, delivery?: Delivery): Fragment {
  const ofDelivery = delivery !== "billed" && (by.includes("channel") || by.includes("template"));
  const parts: string[] = [];
  if (delivery === "billed")
    parts.push(`join deliveries s on s.shop_id = r.shop_id and s.reminder_id = r.id
      and s.state in ('failed-permanent', 'failed-transient') and s.receipt -> 'cost' is not null
      cross join (select null::text as channel, null::text as template) f`);
  else if (delivery === "standing" || ofDelivery)
    parts.push(`left join deliveries s on s.shop_id = r.shop_id and s.reminder_id = r.id
      and s.state in ('claimed', 'accepted', 'unknown')`);
  if (ofDelivery)
    parts.push(`left join lateral (select d.channel, d.template from deliveries d where s.id is null and r.kind = 'send'
      and r.state <> 'planned' and d.shop_id = r.shop_id and d.reminder_id = r.id
      order by d.claimed_at desc, d.id desc limit 1) f on true`);
  const joins = sql.unsafe(parts.join(" ")) as unknown as Fragment;
  if (!by.includes("day") && !by.includes("hour")) return joins;
  return sql`${joins} left join unnest(${texts(zones.map(([id]) => id))}::text[], ${texts(zones.map(([, zone]) => zone))}::text[])
    as z(shop_id, zone) on z.shop_id = ${sql.unsafe(shop)}`;
}

/** Whether the row falls in its window. */
export const inWindow = (sql: Sql, { windows }: ReportInput, source: Source): Fragment =>
  inWindows(sql, windows, source);
