/** Single facts of the installation. */
import type { Sql } from "../client.ts";

/** One chunk of buyers marked at a time: short locks, also with millions of open cases. */
const CHUNK = 5_000;

/**
 * If the campaigns are not those last planned with, every buyer with an open case is planned anew at the next wake. Returns how many
 * were marked; 0 when nothing changed. Safe to run from many processes.
 */
export async function planAnewIfChanged(sql: Sql, digest: string): Promise<number> {
  const [known] = await sql<{ value: unknown }[]>`select value from settings where key = 'campaigns'`;
  if (known?.value === digest) return 0;
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
    await sql`
      update buyers b set touched = true, wake_at = dunlin_now()
      from unnest(${rows.map((r) => r.shop)}::text[], ${rows.map((r) => r.buyer)}::uuid[]) as n(shop_id, id)
      where b.shop_id = n.shop_id and b.id = n.id`;
    marked += rows.length;
  }
  await sql`insert into settings (key, value) values ('campaigns', to_jsonb(${digest}::text))
    on conflict (key) do update set value = excluded.value`;
  return marked;
}
