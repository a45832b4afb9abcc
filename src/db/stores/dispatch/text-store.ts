/** Deletes the texts of messages. How far each shop is done is kept in `settings`: an index of the texts would cost every send. */
import type { Sql } from "../../client.ts";
import { plain } from "../../columns.ts";
import { inTransaction } from "../../transaction.ts";

const DONE = "texts_purged";

/** The next deliveries of the shop, in the order of their ids, as far as they were claimed more than `keepMs` ago. */
export async function oldTexts(
  sql: Sql,
  { shop, keepMs, limit }: { readonly shop: string; readonly keepMs: number; readonly limit: number },
): Promise<string[]> {
  const rows = await sql<{ id: string; old: boolean }[]>`
    select d.id, d.claimed_at < dunlin_now() - ${keepMs}::float8 * interval '1 millisecond' as old from deliveries d
    where d.shop_id = ${shop} and d.id > coalesce(
      (select (value ->> ${shop})::uuid from settings where key = ${DONE}), '00000000-0000-0000-0000-000000000000')
    order by d.id limit ${limit}`;
  // Ids come from the clocks of several processes: it ends at the first that is still kept, so none is passed over.
  const end = rows.findIndex(({ old }) => !old);
  return rows.slice(0, end < 0 ? rows.length : end).map(({ id }) => id);
}

/** `ids`: as oldTexts returned them. */
export function deleteTexts(sql: Sql, shop: string, ids: readonly string[]): Promise<void> {
  return inTransaction(sql, async (tx) => {
    await tx`
      update deliveries set sealed_text = null, sealed_message = null
      where shop_id = ${shop} and id = any(${plain(ids)}::uuid[])
        and (sealed_text is not null or sealed_message is not null)`;
    await tx`
      insert into settings (key, value) values (${DONE}, jsonb_build_object(${shop}::text, ${ids.at(-1) ?? ""}::text))
      on conflict (key) do update set value = settings.value || excluded.value`;
  });
}
