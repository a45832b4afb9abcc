/** Deletes what people wrote of buyers. How far each table is done is kept in `settings`: no index is there for this alone. */
import { BUYER_REASONS } from "../../../../core/desk/words.ts";
import type { Sql } from "../../../client.ts";
import { plain, texts } from "../../../columns.ts";
import { ts } from "../../../types.ts";
import type { Keep } from "./event-windows.ts";
import { readMark, writeMark } from "./marks.ts";

const NOTES = "notes_purged";
const REASONS = "promise_reasons_purged";
const NO_ID = "00000000-0000-0000-0000-000000000000";

const cutoff = (sql: Sql, { keepMs }: Keep) => sql`(select dunlin_now() - ${keepMs}::float8 * interval '1 ms')`;

/** Deletes the notes of calls that were written so long ago. false: there are no more that are old enough. */
export async function purgeNotes(sql: Sql, keep: Keep): Promise<boolean> {
  const mark = await readMark<{ id: string }>(sql, NOTES);
  const rows = await sql<{ id: string; old: boolean }[]>`
    select id, at < ${cutoff(sql, keep)} as old from touches where id > ${mark?.id ?? NO_ID} order by id limit ${keep.limit}`;
  // Ids come from the clocks of several processes: it ends at the first that is still kept, so none is passed over.
  const end = rows.findIndex(({ old }) => !old);
  const ids = rows.slice(0, end < 0 ? rows.length : end).map(({ id }) => id);
  const last = ids.at(-1);
  if (last === undefined) return false;
  await sql`update touches set note = null where id = any(${plain(ids)}::uuid[]) and note is not null`;
  await writeMark(sql, NOTES, { id: last });
  return ids.length === keep.limit;
}

/** Deletes why buyers pay only then, of promises whose time was so long ago, but for the words that are counted. false: there are no more of them. */
export async function purgePromiseReasons(sql: Sql, keep: Keep): Promise<boolean> {
  const mark = (await readMark<{ at: number; id: string }>(sql, REASONS)) ?? { at: 0, id: NO_ID };
  const rows = await sql<{ id: string; at: number }[]>`
    select id, at from promises where (at, id) > (${ts(mark.at)}, ${mark.id}::uuid) and at < ${cutoff(sql, keep)}
    order by at, id limit ${keep.limit}`;
  const last = rows.at(-1);
  if (last === undefined) return false;
  await sql`
    update promises set reason = null
    where id = any(${plain(rows.map(({ id }) => id))}::uuid[]) and reason <> all(${texts(BUYER_REASONS)}::text[])`;
  await writeMark(sql, REASONS, last);
  return rows.length === keep.limit;
}
