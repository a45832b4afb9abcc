/**
 * Reads what changed through a list that is paged by number between two instants. While it is read, orders change and leave the list, and
 * those behind them move to earlier pages. So the last page is read first: then an order is at most read twice, and never missed.
 */
import { DAY, SECOND } from "../../core/values/duration.ts";
import { PlatformFault } from "../client.ts";

export type Listed<Item> = {
  readonly items: readonly Item[];
  readonly total: number;
  readonly platformNow: number | null;
};

export const PAGE_SIZE = 100;
/** A longer list is read in shorter windows, so that a poll that is cut short does not begin again from far back. */
const MAX_TOTAL = 1_000;
/** No shop changes so many orders within two seconds. */
const ABSURD_TOTAL = 100_000;
const MAX_WINDOW = DAY;
const MIN_WINDOW = 2 * SECOND;

/**
 * Yields the pages of one window after another, up to `until`. `reached` is the end of the window with its last page, else null. `keyOf` names an
 * item: a page that only repeats others is a fault.
 */
export async function* readWindows<Item>(options: {
  readonly since: number;
  readonly until: number;
  readonly list: (from: number, to: number, page: number) => Promise<Listed<Item>>;
  readonly keyOf: (item: Item) => string;
}): AsyncGenerator<{
  readonly items: readonly Item[];
  readonly reached: number | null;
  readonly platformNow: number | null;
}> {
  const { since, until, list, keyOf } = options;
  let from = since;
  let span = MAX_WINDOW;
  while (from < until) {
    const to = Math.min(from + span, until);
    const first = await list(from, to, 1);
    if (first.total > MAX_TOTAL && to - from > MIN_WINDOW) {
      span = Math.max(MIN_WINDOW, Math.floor((to - from) / 2));
      continue;
    }
    if (first.total > ABSURD_TOTAL)
      throw new PlatformFault("bad_answer", "the platform counts more orders than there can be");
    const seen = new Set<string>();
    const pages = Math.max(1, Math.ceil(first.total / PAGE_SIZE));
    for (let page = pages; page >= 1; page--) {
      // The first page of several is read again: meanwhile others may have moved to it.
      const { items, platformNow } = pages === 1 ? first : await list(from, to, page);
      const before = seen.size;
      for (const item of items) seen.add(keyOf(item));
      if (seen.size === before && items.length === PAGE_SIZE)
        throw new PlatformFault("same_page", "the platform gives the same page again and again");
      yield { items, reached: page === 1 ? to : null, platformNow };
    }
    from = to;
    span = Math.min(MAX_WINDOW, span * 2);
  }
}
