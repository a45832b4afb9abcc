/** The list of promises. Amounts and closes are those of their orders now. */
import type { PromiseEnd, PromiseState } from "../../../../core/desk/words.ts";
import type { Sql } from "../../../client.ts";
import { ts } from "../../../types.ts";
import { all, given } from "../conditions.ts";

export type PromiseFilter = {
  readonly shop: string | null;
  readonly state: PromiseState | null;
  /** The person who recorded it. */
  readonly by: string | null;
};

/** The last row of the page before: its promised time, epoch ms, and its id. */
export type PromiseAfter = { readonly at: number; readonly id: string };

export type PromiseRow = {
  readonly id: string;
  readonly shop: string;
  readonly case: string;
  readonly task: string | null;
  readonly campaign: string | null;
  readonly orders: readonly string[];
  /** Minor units by currency, as text. */
  readonly amounts: readonly { readonly currency: string; readonly amount: string }[] | null;
  readonly closes_at: number | null;
  readonly at: number;
  readonly recorded_at: number;
  readonly by: string | null;
  readonly reason: string | null;
  readonly state: PromiseState;
  readonly why: PromiseEnd | null;
  readonly ended_at: number | null;
  /** The phone number that the buyer reported last, encrypted. */
  readonly cipher: Buffer | null;
};

/** By the promised time: those that are open the soonest first, others the last first. */
export function findPromises(
  sql: Sql,
  { shop, state, by }: PromiseFilter,
  { after, limit }: { readonly after: PromiseAfter | null; readonly limit: number },
) {
  const isOpen = state === "open";
  const next = isOpen ? sql`>` : sql`<`;
  const order = isOpen ? sql`` : sql`desc`;
  const where = all(sql, [
    given(shop, (value) => sql`p.shop_id = ${value}`),
    given(state, (value) => sql`p.state = ${value}`),
    given(by, (value) => sql`p.recorded_by = ${value}`),
    given(after, ({ at, id }) => sql`(p.at, p.id) ${next} (${ts(at)}, ${id}::uuid)`),
  ]);
  // Amounts and numbers are looked up for the page alone.
  return sql<PromiseRow[]>`
    select page.*, o.amounts, o.closes_at, (
      select k.cipher from contacts k where k.shop_id = page.shop and k.buyer_id = page.buyer_id and k.kind in ('phone', 'call')
      order by k.told_at desc, k.told_id desc limit 1) as cipher
    from (
      select p.id, p.shop_id as shop, p.case_id as case, p.task_id as task, c.campaign, c.buyer_id, p.orders, p.at, p.recorded_at, p.recorded_by as by,
        p.reason, p.state, p.why, p.ended_at
      from promises p join cases c on c.shop_id = p.shop_id and c.id = p.case_id
      where ${where} order by p.at ${order}, p.id ${order} limit ${limit}) page
    left join lateral (
      select min(each.closes) as closes_at,
        json_agg(json_build_object('currency', each.currency, 'amount', each.amount::text) order by each.currency)
          filter (where each.currency is not null) as amounts
      from (
        select currency, sum(amount) as amount, min(closes_at) as closes from orders
        where shop_id = page.shop and id = any(page.orders) group by currency) each) o on true
    order by page.at ${order}, page.id ${order}`;
}
