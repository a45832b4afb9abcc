/**
 * Raises the result of the day of each shop, once its hour has come: load → decide (core/notices/daily-result.ts) → store the notices. The day is part
 * of the matter, so however many processes look, and whichever of them dies, a receiver has one notice of a day.
 */
import { dueResults, type ResultShop } from "../core/notices/daily-result.ts";
import type { Sql } from "../db/client.ts";
import { readClock } from "../db/stores/notices/fact-store.ts";
import { knownMatters, raiseNotices } from "../db/stores/notices/notice-store.ts";

export type DailyResultsDeps = {
  readonly sql: Sql;
  readonly receivers: readonly string[];
  /** The shops that have a result of the day. */
  readonly shops: () => Promise<readonly ResultShop[]>;
  readonly textOf: (shop: string) => Promise<string>;
};

/** Returns how many notices are new. */
export async function raiseDailyResults({ sql, receivers, shops, textOf }: DailyResultsDeps): Promise<number> {
  const due = dueResults(await readClock(sql), await shops());
  const known = await knownMatters(
    sql,
    receivers,
    due.map(({ matter }) => matter),
  );
  let raised = 0;
  const failures: unknown[] = [];
  // One at a time: if a report fails, or this process dies, the other shops have theirs.
  for (const { shop, day, matter } of due.filter((each) => !known.has(each.matter)))
    try {
      raised += await raiseNotices(sql, receivers, [{ matter, occurrence: day, text: await textOf(shop) }]);
    } catch (error) {
      failures.push(error);
    }
  if (failures.length > 0) throw failures[0];
  return raised;
}
