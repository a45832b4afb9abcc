/** Goes through events in the order in which they were received, a window of time after the other. How far each kind came is in `settings`. */
import type { PendingQuery, Row as SqlRow } from "postgres";
import type { Sql } from "../../../client.ts";
import { ts } from "../../../types.ts";
import { readMark, writeMark } from "./marks.ts";

export type Part = PendingQuery<SqlRow[]>;

/** `keepMs`: counted back from the database's now. `limit`: rows of a step. */
export type Keep = { readonly keepMs: number; readonly limit: number };

/** `done`: the next call goes on after this window. It returns whether there is a further one now. */
export type Window<Row> = {
  readonly rows: readonly (Row & { readonly shop: string })[];
  readonly done: () => Promise<boolean>;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FIRST_ROWS = 10_000;

type Mark = { readonly until: number; readonly spanMs?: number };

/**
 * The events of the next window that ended `keepMs` ago or earlier. A window is a day at most, and shorter where a day holds more than `limit`, so that a
 * step reads what it returns and little else; of one millisecond it returns all. null: none is old enough.
 */
export async function nextWindow<Row>(
  sql: Sql,
  key: string,
  { keepMs, limit }: Keep,
  { columns, where }: { readonly columns: Part; readonly where: Part },
): Promise<Window<Row> | null> {
  const mark = (await readMark<Mark>(sql, key)) ?? (await firstMark(sql, key));
  if (mark === null) return null;
  const [bounds] = await sql<{ last: number }[]>`select dunlin_now() - ${keepMs}::float8 * interval '1 ms' as last`;
  const last = bounds?.last ?? 0;
  const first = mark.until;
  if (first >= last) return null;
  for (let spanMs = mark.spanMs ?? HOUR_MS; ; spanMs = Math.max(1, Math.floor(spanMs / 4))) {
    const until = Math.min(first + spanMs, last);
    const rows = await sql<(Row & { readonly shop: string })[]>`
      select shop_id as shop, ${columns} from order_events
      where received_at >= ${ts(first)} and received_at < ${ts(until)} and ${where}
      ${spanMs > 1 ? sql`limit ${limit + 1}` : sql``}`;
    if (spanMs > 1 && rows.length > limit) continue;
    const next = rows.length <= limit / 8 ? Math.min(spanMs * 4, DAY_MS) : spanMs;
    const done = async () => {
      await writeMark(sql, key, { until, spanMs: next });
      return until < last;
    };
    return { rows, done };
  }
}

/**
 * Where to begin: before the first events. They are looked for among the rows that were stored first, since a look at all takes minutes of a large table. A day
 * earlier, in case that one of them was rewritten since. null: there are no events.
 */
async function firstMark(sql: Sql, key: string): Promise<Mark | null> {
  const [row] = await sql<{ first: number | null }[]>`
    select min(received_at) as first from (select received_at from order_events limit ${FIRST_ROWS}) e`;
  if (row === undefined || row.first === null) return null;
  const mark = { until: row.first - DAY_MS };
  await writeMark(sql, key, mark);
  return mark;
}
