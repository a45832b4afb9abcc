/** The keys that a report groups by, as SQL: for each kind of row the expressions and the joins that they need. */
import type { PendingQuery, Row } from "postgres";
import type { Dimension } from "../../../../core/measure/dimensions.ts";
import type { Sql } from "../../../client.ts";
import { texts } from "../../../columns.ts";
import { REMINDER_AT } from "../reminder-state.ts";
import { inWindows, type Window } from "../windows.ts";

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
  /** Absent: those of the reminder, and of the delivery that stands for it. */
  readonly version?: string;
  readonly step?: string;
  readonly variant?: string;
  readonly channel?: string;
  readonly template?: string;
  /** Absent: who spoke to the buyer last. */
  readonly staff?: string;
  /** Which of the orders `x` are those of the row; absent: those that the reminder names. */
  readonly orders?: string;
};

/** Orders are counted when they were created, and a case with the first of its orders. */
export const ORDER_SOURCE: Source = {
  shop: "o.shop_id",
  campaign: "nullif(o.counted_for, '')",
  at: "o.created_at",
  orders: "x.id = o.id",
};
export const CASE_SOURCE: Source = {
  shop: "c.shop_id",
  campaign: "c.campaign",
  at: "c.counted_at",
  orders: "x.buyer_id = c.buyer_id and x.case_id = c.id",
};
export const REMINDER_SOURCE: Source = { shop: "r.shop_id", campaign: "r.campaign", at: REMINDER_AT };
/** One of the orders that a reminder names. */
export const REMINDED_SOURCE: Source = { ...REMINDER_SOURCE, orders: "x.id = r.order_id" };
/** An attempt counts when it was made, with its cost and its receipts. */
export const DELIVERY_SOURCE: Source = {
  shop: "d.shop_id",
  campaign: "r.campaign",
  at: "d.claimed_at",
  channel: "d.channel",
  template: "d.template",
};
/** A recovery counts when its reminder was sent. */
export const RECOVERY_SOURCE: Source = {
  shop: "v.shop_id",
  campaign: "v.campaign",
  at: "v.reminded_at",
  version: "v.campaign_version",
  step: "v.step",
  variant: "v.variant",
  staff: "v.staff",
  orders: "x.id = v.order_id",
};
/** The sums of a local hour, or of a part of it. An absent name is empty there. */
export const SUM_SOURCE: Source = {
  shop: "h.shop_id",
  campaign: "nullif(h.campaign, '')",
  at: "h.at",
  version: "nullif(h.campaign_version, '')",
  step: "nullif(h.step, '')",
  variant: "nullif(h.variant, '')",
};

/** The sums have no other keys. */
const OF_SUMS: readonly Dimension[] = ["campaign", "step", "version", "variant", "shop", "day", "hour"];
export const hasSums = (by: readonly Dimension[]): boolean => by.every((each) => OF_SUMS.includes(each));

/** Orders and cases have none of these; their reminders have. */
const OF_REMINDERS: readonly Dimension[] = ["step", "channel", "template", "version", "variant", "reason"];
/** An order may be reminded of in several rows by these. */
const OF_MESSAGES: readonly Dimension[] = ["step", "channel", "template"];
export const ofMessages = (by: readonly Dimension[]): boolean => by.some((each) => OF_MESSAGES.includes(each));
/**
 * The row of a held-out buyer's reminders where rows are by channel or template: they have neither. No channel and no template has a name
 * with a blank.
 */
export const CONTROL_GROUP = "control group";

/** Facts of orders. A case or reminder of several orders is in the row of each, and an order has several tags. */
const OF_ORDERS: readonly Dimension[] = ["locale", "tag", "paymentMethod", "staff", "why"];
/** Rows by these have the recoveries of people, too. */
export const ofPeople = (by: readonly Dimension[]): boolean => by.includes("staff") || by.includes("why");
export const ofOrders = (by: readonly Dimension[]): boolean => by.some((each) => OF_ORDERS.includes(each));

/**
 * Whether the rows have arms to compare: a channel, say, is decided after the draw, and a held-out buyer has none. A shop may set the payment method
 * or a tag when the order is paid.
 */
export const hasArms = (by: readonly Dimension[]): boolean =>
  !ofOrders(by) && !by.some((each) => each !== "variant" && each !== "version" && OF_REMINDERS.includes(each));

export const needsReminders = (by: readonly Dimension[]): boolean => by.some((each) => OF_REMINDERS.includes(each));

function keyOf(dimension: Dimension, source: Source): string {
  const { shop, campaign, at, version = "r.campaign_version", step = "r.step", variant = "r.variant" } = source;
  const { channel = "coalesce(s.channel, f.channel)", template = "coalesce(s.template, f.template)" } = source;
  const local = `(${at} at time zone coalesce(z.zone, 'UTC'))`;
  const utc = `(${at} at time zone 'UTC')`;
  switch (dimension) {
    case "campaign":
      return campaign;
    case "shop":
      return shop;
    case "step":
      return step;
    case "version":
      return version;
    case "variant":
      return variant;
    case "reason":
      return "r.reason";
    case "staff":
      return source.staff ?? "k.staff";
    case "locale":
    case "why":
    case "tag":
    case "paymentMethod":
      return `k.${dimension.toLowerCase()}`;
    case "channel":
      return `case when r.reason = 'holdout' then '${CONTROL_GROUP}' else ${channel} end`;
    case "template":
      return `case when r.reason = 'holdout' then '${CONTROL_GROUP}' else ${template} end`;
    case "day":
      // Rows are grouped by dates, which are compared several times as fast as texts.
      return `${local}::date`;
    case "hour":
      // With the offset: when clocks are set back, one wall-clock hour occurs twice.
      return `to_char(${local}, 'YYYY-MM-DD"T"HH24:00:00') || case when ${local} >= ${utc} then '+' else '-' end
        || to_char(greatest(${local} - ${utc}, ${utc} - ${local}), 'HH24:MI')`;
  }
}

/** The session writes dates as ISO 8601 does. Sorting a million texts by a language takes ten times as long as by bytes, and nothing here needs it. */
const written = (expression: string): string => `(${expression})::text collate "C"`;

/** `k0, k1, …` with a comma behind each, to be put before further columns: as expressions, and by name. */
export const keyColumns = (sql: Sql, by: readonly Dimension[], source: Source): Fragment =>
  sql.unsafe(
    by.map((dimension, i) => `${written(keyOf(dimension, source))} as k${i}, `).join(""),
  ) as unknown as Fragment;
/** The same before they are written: dates as dates. */
export const rawKeys = (sql: Sql, by: readonly Dimension[], source: Source): Fragment =>
  sql.unsafe(by.map((dimension, i) => `${keyOf(dimension, source)} as k${i}, `).join("")) as unknown as Fragment;
export const keyNames = (sql: Sql, by: readonly Dimension[]): Fragment =>
  sql.unsafe(by.map((_, i) => `k${i}, `).join("")) as unknown as Fragment;

/** Groups by the keys and these columns; without any, there is no group. `source`: absent, the keys are columns already. */
export function groupBy(sql: Sql, by: readonly Dimension[], also: readonly string[] = [], source?: Source): Fragment {
  const keys = by.map((dimension, i) => (source === undefined ? `k${i}` : keyOf(dimension, source)));
  return sql.unsafe(
    keys.length + also.length === 0 ? "" : `group by ${[...keys, ...also].join(", ")}`,
  ) as unknown as Fragment;
}

/** The joins that the keys of reminders need: `s` is the delivery that stands; where all failed, `f` is the last one. */
export function deliveryJoins(sql: Sql, by: readonly Dimension[]): Fragment {
  const named = by.includes("channel") || by.includes("template");
  return sql.unsafe(
    named
      ? `left join deliveries s on s.shop_id = r.shop_id and s.reminder_id = r.id and s.state in ('claimed', 'accepted', 'unknown')
         left join lateral (select d.channel, d.template from deliveries d where s.id is null and r.kind = 'send'
           and r.state <> 'planned' and d.shop_id = r.shop_id and d.reminder_id = r.id
           order by d.claimed_at desc, d.id desc limit 1) f on true`
      : "",
  ) as unknown as Fragment;
}

/** The facts of the orders of a row, where the keys need them: `k`, once for each combination, with `n` of the orders. */
export function orderJoin(
  sql: Sql,
  by: readonly Dimension[],
  { shop, orders = "x.id = any(r.orders)" }: Source,
): Fragment {
  if (!ofOrders(by)) return sql`` as unknown as Fragment;
  const names = OF_ORDERS.filter((each) => by.includes(each)).map((each) => each.toLowerCase());
  const buyer = by.includes("locale") ? "left join buyers b on b.shop_id = x.shop_id and b.id = x.buyer_id" : "";
  const tags = by.includes("tag")
    ? "left join lateral (select distinct each.tag from json_array_elements_text(x.details -> 'tags') as each(tag)) t on true"
    : "";
  // The last contact about the case of the order, and the last reason that the buyer gave.
  const lastTouch = (column: string, holds: string) => `left join lateral (
    select s.${column} from tasks q join touches s on s.task_id = q.id and ${holds}
    where q.shop_id = x.shop_id and q.case_id = x.case_id order by s.at desc, s.id desc limit 1) ${column}_of on true`;
  const people = [
    by.includes("staff") ? lastTouch("who", "s.result = 'reached'") : "",
    by.includes("why") ? lastTouch("reason", "s.reason is not null") : "",
  ].join(" ");
  const columns = {
    locale: "b.profile #>> '{locale,0}'",
    tag: "t.tag",
    paymentmethod: "x.details ->> 'paymentMethod'",
    staff: "who_of.who",
    why: "reason_of.reason",
  };
  const selected = Object.entries(columns).filter(([name]) => names.includes(name));
  return sql.unsafe(`left join lateral (
    select ${selected.map(([name, column]) => `${column} as ${name}`).join(", ")}, count(*) as n
    from orders x ${buyer} ${tags} ${people} where x.shop_id = ${shop} and ${orders} group by ${names.join(", ")}) k on true`) as unknown as Fragment;
}

/** The zone of each row's shop, where the keys need it. Most have one for all shops, and then nothing is joined. */
export function zoneJoin(sql: Sql, { by, zones }: ReportInput, { shop }: Source): Fragment {
  if (!by.includes("day") && !by.includes("hour")) return sql`` as unknown as Fragment;
  const [one = "UTC", another] = new Set(zones.map(([, zone]) => zone));
  if (another === undefined) return sql`cross join (select ${one}::text as zone) z` as unknown as Fragment;
  return sql`left join unnest(${texts(zones.map(([id]) => id))}::text[], ${texts(zones.map(([, zone]) => zone))}::text[])
    as z(shop_id, zone) on z.shop_id = ${sql.unsafe(shop)}` as unknown as Fragment;
}

/** Whether the row falls in its window. */
export const inWindow = (sql: Sql, { windows }: ReportInput, source: Source): Fragment =>
  inWindows(sql, windows, source);
