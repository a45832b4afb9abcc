/** How late retention is. */
import type { Sql } from "../../../client.ts";
import { PASSED, readMark } from "./marks.ts";

type Kind = keyof typeof PASSED;

/** By key of `retention`, what is kept longer than the given ms, and by how many ms. A kind that was never looked at is left out. */
export async function retentionLag(
  sql: Sql,
  kept: Readonly<Record<Kind, number>>,
): Promise<{ readonly kind: Kind; readonly ms: number }[]> {
  const [row] = await sql<{ now: number }[]>`select dunlin_now() as now`;
  const now = row?.now ?? 0;
  const late = [];
  for (const kind of Object.keys(PASSED) as Kind[]) {
    const mark = await readMark<{ until: number }>(sql, PASSED[kind]);
    const ms = mark === null ? 0 : now - kept[kind] - mark.until;
    if (ms > 0) late.push({ kind, ms });
  }
  return late;
}
