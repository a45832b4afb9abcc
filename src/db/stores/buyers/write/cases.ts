/** Writes `cases`. */

import { type Hold, isHeld, isManual, type PersonsCase } from "../../../../core/desk/persons.ts";
import type { OpenCase, PaymentPromise } from "../../../../core/rules/buyer-state.ts";
import type { Reason } from "../../../../core/values/reason.ts";
import type { Sql } from "../../../client.ts";
import { bool, type Columns, type Fragment, instant, jsonb, rowSet, text, uuid } from "../../../rows.ts";

export type CaseWrite = {
  readonly shop: string;
  readonly id: string;
  readonly buyerId: string;
  readonly openedAt: number;
  readonly endedAt: number | null;
  readonly campaign: string | null;
  readonly hadPlan: boolean;
  readonly manual: PersonsCase | null;
  readonly keptAt: number | null;
  readonly hold: Hold | null;
  readonly promise: PaymentPromise | null;
  readonly departures: OpenCase["departures"];
  readonly whole: { readonly reason: Reason; readonly at: number } | null;
  /** When reports count it; null: they do not, or it is stored when they do. */
  readonly countedAt: number | null;
  /** Its orders were over when they were received. */
  readonly isVoid: boolean;
};

const KEY: Columns<CaseWrite> = {
  shop_id: text(({ shop }) => shop),
  id: uuid(({ id }) => id),
};
const COURSE: Columns<CaseWrite> = {
  ended_at: instant(({ endedAt }) => endedAt),
  campaign: text(({ campaign }) => campaign),
  had_plan: bool(({ hadPlan }) => hadPlan),
  manual: bool((row) => isManual(row)),
  manual_at: instant(({ manual }) => manual?.since ?? null),
  manual_why: text(({ manual }) => manual?.why ?? null),
  back_at: instant(({ manual }) => manual?.backAt ?? null),
  kept_at: instant(({ keptAt }) => keptAt),
  departures: jsonb(({ departures }) => departures),
  whole_reason: text(({ whole }) => whole?.reason ?? null),
  whole_at: instant(({ whole }) => whole?.at ?? null),
};

const created = rowSet<CaseWrite>(KEY, {
  buyer_id: uuid(({ buyerId }) => buyerId),
  opened_at: instant(({ openedAt }) => openedAt),
  counted_at: instant(({ countedAt }) => countedAt),
  ...COURSE,
});
const updated = rowSet<CaseWrite>(KEY, {
  ...COURSE,
  held: bool((row) => isHeld(row)),
  promise: jsonb(({ promise }) => promise),
  void: bool(({ isVoid }) => isVoid),
});

export function insertCases(sql: Sql, rows: readonly CaseWrite[]): Fragment | null {
  if (rows.length === 0) return null;
  return sql`
    insert into cases (${created.names(sql)})
    select ${created.values(sql)} from ${created.rows(sql, rows)}`;
}

/** An ended case keeps the campaign and the person that it had last. */
export function updateCases(sql: Sql, rows: readonly CaseWrite[]): Fragment | null {
  if (rows.length === 0) return null;
  return sql`
    update cases c set
      ended_at = n.ended_at,
      campaign = case when n.ended_at is null then n.campaign else c.campaign end,
      had_plan = c.had_plan or n.had_plan,
      manual = case when n.ended_at is null then n.manual else c.manual end,
      manual_at = coalesce(n.manual_at, c.manual_at),
      manual_why = case when n.ended_at is null then n.manual_why else c.manual_why end,
      back_at = case when n.ended_at is null then n.back_at else c.back_at end,
      kept_at = coalesce(n.kept_at, c.kept_at),
      held_at = case when n.ended_at is not null or n.held then c.held_at end,
      promise = coalesce(n.promise::jsonb, c.promise),
      departures = n.departures::jsonb,
      whole_reason = n.whole_reason,
      whole_at = n.whole_at,
      counted_at = case when n.void then null else c.counted_at end
    from ${updated.rows(sql, rows)}
    where c.shop_id = n.shop_id and c.id = n.id`;
}
