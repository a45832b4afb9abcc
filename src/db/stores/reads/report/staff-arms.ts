/** The arms of the cases that would be a person's, from `desk_arms`. A case is counted when the time in which a payment counts is over. */
import type { Sql } from "../../../client.ts";
import { inWindows, type Window } from "../windows.ts";

export type StaffArmRow = {
  readonly stratum: string;
  /** The share of such cases that the campaign kept from people. */
  readonly share: number;
  readonly kept: boolean;
  /** The buyer gets no reminders. */
  readonly held: boolean;
  readonly buyers: number;
  /** Sums over the buyers: `m` cases, `s` of them paid (core/measure/clusters.ts). */
  readonly m: number;
  readonly s: number;
  readonly mm: number;
  readonly ss: number;
  readonly ms: number;
  readonly open: number;
};

type Asked = { readonly windows: readonly Window[]; readonly shop: string | null; readonly horizon: number | null };

/** A case whose orders were all paid before it would have become a person's is in no arm. */
export function countStaffArms(sql: Sql, { windows, shop, horizon }: Asked) {
  const within = horizon === null ? sql`a.window_ms` : sql`${horizon}::int8`;
  return sql<StaffArmRow[]>`
    with counted as (
      select a.shop_id, a.campaign, a.share, a.holdout, a.kept, a.held, c.buyer_id, o.paid,
        a.at + ${within} * interval '1 ms' <= dunlin_now() as mature
      from desk_arms a join cases c on c.shop_id = a.shop_id and c.id = a.case_id
      cross join lateral (
        select bool_or(o.paid_at > a.at and o.paid_at <= a.at + ${within} * interval '1 ms' and o.refunded_at is null) as paid,
          bool_and(o.paid_at is not null and o.paid_at <= a.at) as over
        from orders o where o.shop_id = a.shop_id and o.id = any(a.orders)) o
      where o.over is not true and ${shop === null ? sql`true` : sql`a.shop_id = ${shop}`}
        and ${inWindows(sql, windows, { shop: "a.shop_id", at: "a.at" })}),
    buyers as (
      select shop_id, campaign, share, holdout, kept, held, buyer_id, count(*) filter (where mature) as m,
        count(*) filter (where mature and paid) as s, count(*) filter (where not mature) as open
      from counted group by 1, 2, 3, 4, 5, 6, 7)
    select jsonb_build_array(shop_id, campaign, share, holdout)::text as stratum, share, kept, held,
      count(*) filter (where m > 0)::int as buyers, sum(m)::float8 as m, sum(s)::float8 as s,
      sum(m * m)::float8 as mm, sum(s * s)::float8 as ss, sum(m * s)::float8 as ms, sum(open)::int as open
    from buyers group by shop_id, campaign, share, holdout, kept, held`;
}

/** When the first task or arm of these shops began, epoch ms; null: no task began. */
export async function firstTaskAt(sql: Sql, shop: string | null): Promise<number | null> {
  const [row] = await sql<{ at: number | null }[]>`
    select min(created_at) as at from tasks where ${shop === null ? sql`true` : sql`shop_id = ${shop}`}`;
  return row?.at ?? null;
}
