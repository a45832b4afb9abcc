/** How the desk stands: its tasks by shop, and those of each person. */
import type { Sql } from "../../../client.ts";
import { texts } from "../../../columns.ts";
import { instant, rowSet, text } from "../../../rows.ts";
import { ts } from "../../../types.ts";
import { overdueIn } from "../task-list-store.ts";

/** `since`: the beginning of its day, epoch ms. */
export type ShopDay = { readonly shop: string; readonly since: number };

export type ShopTasks = {
  readonly shop: string;
  readonly unclaimed: number;
  /** Among these. */
  readonly overdue: number;
  readonly claimed: number;
  readonly done: number;
};

const days = rowSet<ShopDay>({ shop_id: text(({ shop }) => shop), since: instant(({ since }) => since) });

/** Those that are to be done, and those that ended on the day of the shop. Shops without any are left out. */
export function countTasks(sql: Sql, shops: readonly ShopDay[]) {
  const first = Math.min(...shops.map(({ since }) => since));
  return sql<ShopTasks[]>`
    select shop, sum(unclaimed)::int as unclaimed, sum(overdue)::int as overdue, sum(claimed)::int as claimed, sum(done)::int as done
    from (
      select t.shop_id as shop, count(*) filter (where not k.claimed) as unclaimed, count(*) filter (where ${overdueIn(sql)}) as overdue,
        count(*) filter (where k.claimed) as claimed, 0 as done
      from tasks t cross join lateral (select coalesce(t.lease_until > (select dunlin_now()), false) as claimed) k
      where t.ended_at is null group by 1
      union all
      select n.shop_id, 0, 0, 0, count(*) from ${days.rows(sql, shops)}
      join tasks t on t.shop_id = n.shop_id and t.ended_at >= n.since
      where t.ended_at >= ${ts(shops.length === 0 ? 0 : first)} group by 1) counted
    group by 1 order by 1`;
}

export type PersonTasks = {
  readonly name: string;
  readonly claimed: number;
  /** Not claimed, and still theirs. */
  readonly assigned: number;
  /** Epoch ms. */
  readonly touched_at: number | null;
};

/** Those of the names, and of everybody else who has a task that is to be done. */
export function tasksOfPeople(sql: Sql, names: readonly string[]) {
  return sql<PersonTasks[]>`
    with held as (
      select assignee as name, count(*) filter (where lease_until is not null)::int as claimed, count(*) filter (where lease_until is null)::int as assigned
      from tasks
      where ended_at is null and assignee is not null and coalesce(coalesce(lease_until, assigned_until) > (select dunlin_now()), true)
      group by 1)
    select p.name, coalesce(h.claimed, 0) as claimed, coalesce(h.assigned, 0) as assigned,
      (select s.at from touches s where s.who = p.name order by s.at desc limit 1) as touched_at
    from (select name from held union select unnest(${texts(names)}::text[])) p(name)
    left join held h on h.name = p.name order by p.name`;
}
