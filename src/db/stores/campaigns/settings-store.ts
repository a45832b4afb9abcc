/** Single facts of the installation: the revision of the campaigns, and the one for which open cases were last replanned. */
import type { Sql } from "../../client.ts";
import { plain, texts } from "../../columns.ts";

/** Buyers marked in one statement: the locks are short, also with millions of open cases. */
const CHUNK = 5_000;

/** Increments the revision of the campaigns. The caller holds the fence. */
export async function countRevisionUp(tx: Sql): Promise<number> {
  const [row] = await tx<{ revision: number }[]>`
    insert into settings (key, value) values ('campaigns_revision', '1')
    on conflict (key) do update set value = to_jsonb((settings.value #>> '{}')::int + 1)
    returning (value #>> '{}')::int as revision`;
  return row?.revision ?? 0;
}

/** For a change that alters no plan (a pause): no case needs to be replanned. The caller holds the fence. */
export function keepPlans(tx: Sql, revision: number) {
  return tx`
    update settings set value = to_jsonb(${revision}::int)
    where key = 'campaigns_planned' and (value #>> '{}')::int = ${revision - 1}::int`;
}

export async function campaignsRevision(sql: Sql): Promise<{ revision: number; planned: number }> {
  const rows = await sql<{ key: string; value: number }[]>`
    select key, (value #>> '{}')::int as value from settings where key in ('campaigns_revision', 'campaigns_planned')`;
  const of = (key: string) => rows.find((row) => row.key === key)?.value ?? 0;
  return { revision: of("campaigns_revision"), planned: of("campaigns_planned") };
}

/**
 * If the campaigns changed since open cases were last replanned, marks every buyer with an open case to be replanned now. Returns how many
 * it marked; 0 when nothing changed. Many processes may call it at once: each skips the buyers that another has marked, and buyers are
 * locked in the order in which intake locks them.
 */
export async function planAnewIfChanged(sql: Sql): Promise<number> {
  const { revision, planned } = await campaignsRevision(sql);
  if (planned >= revision) return 0;
  let marked = 0;
  for (
    let after: { shop: string; id: string } | null = { shop: "", id: "00000000-0000-0000-0000-000000000000" };
    after;
  ) {
    const rows: { shop: string; buyer: string; id: string }[] = await sql<
      { shop: string; buyer: string; id: string }[]
    >`
      select shop_id as shop, id, buyer_id as buyer from cases where ended_at is null and (shop_id, id) > (${after.shop}, ${after.id}::uuid)
      order by shop_id, id limit ${CHUNK}`;
    const last = rows.at(-1);
    after = rows.length < CHUNK || last === undefined ? null : { shop: last.shop, id: last.id };
    if (rows.length === 0) break;
    const touched = await sql`
      update buyers b set touched = true, wake_at = dunlin_now()
      from (
        select b.shop_id, b.id from unnest(${texts(rows.map((r) => r.shop))}::text[], ${plain(rows.map((r) => r.buyer))}::uuid[])
          as n(shop_id, id)
        join buyers b on b.shop_id = n.shop_id and b.id = n.id and not b.touched
        order by b.shop_id, b.id for update of b) as n
      where b.shop_id = n.shop_id and b.id = n.id`;
    marked += touched.count;
  }
  await sql`insert into settings (key, value) values ('campaigns_planned', to_jsonb(${revision}::int))
    on conflict (key) do update set value = to_jsonb(greatest((settings.value #>> '{}')::int, ${revision}::int))`;
  return marked;
}
