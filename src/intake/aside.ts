/**
 * Events whose buyer is locked are put aside. A process that stands still in a transaction holds the locks of its buyers; a batch must not
 * wait for them with the events of all other buyers. They are tried again until the lock is gone, while all else goes on.
 */
import { setTimeout as pause } from "node:timers/promises";
import { type GroupCommit, groupCommit } from "../db/group-commit.ts";
import { shopKey } from "../db/keys.ts";
import { lockFree } from "../db/stores/intake/intake-store.ts";
import { inTransaction, isLockTimeout } from "../db/transaction.ts";
import type { IntakeDeps } from "./deps.ts";
import { findKnown } from "./known.ts";
import { partiesOf } from "./parties.ts";
import type { Prepared } from "./prepare.ts";

type List = readonly Prepared[];

/** The list could not get its locks in time. */
export type Locked = { readonly locked: unknown };

const RETRY_MS = 200;
/** As long as a request waits for the store; a job of the queue is given back then. */
const PATIENCE_MS = 25_000;
/** Sessions that stand still are looked for no more often than this. */
const UNBLOCK_EVERY_MS = 500;
const MAX_EVENTS = 500;

/** Those of the lists that touch a buyer whom another transaction holds. */
export async function lockedLists(deps: IntakeDeps, lists: readonly List[]): Promise<ReadonlySet<List>> {
  const events = lists.flat();
  const held = await inTransaction(deps.sql, async (tx) => {
    const { parties } = partiesOf(events, await findKnown(tx, events));
    const keys = parties.flatMap(({ shop, buyers }) => buyers.map((id) => ({ shop, id })));
    if (keys.length === 0) return new Set<Prepared>();
    const free = new Set((await lockFree(tx, keys)).map((row) => shopKey(row.shop_id, row.id)));
    const locked = parties.filter(({ shop, buyers }) => buyers.some((id) => !free.has(shopKey(shop, id))));
    return new Set(locked.flatMap((party) => party.events));
  });
  return new Set(lists.filter((list) => list.some((event) => held.has(event))));
}

/** Runs `take` for the lists, and isolates those that cannot get their locks. Other errors reject. */
export async function withoutLocked<Answer>(
  deps: IntakeDeps,
  lists: readonly List[],
  take: (lists: readonly List[]) => Promise<readonly Answer[]>,
): Promise<(Answer | Locked)[]> {
  try {
    return [...(await take(lists))];
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    if (lists.length === 1) return [{ locked: error }];
    const held = await lockedLists(deps, lists);
    const answers = new Map<List, Answer | Locked>();
    for (const list of held) answers.set(list, { locked: error });
    const free = lists.filter((list) => !held.has(list));
    // A lock that is no buyer's, such as that of an event which another transaction inserts: found by halving.
    const parts = held.size > 0 ? [free] : [free.slice(0, free.length >> 1), free.slice(free.length >> 1)];
    for (const part of parts) {
      if (part.length === 0) continue;
      const taken = await withoutLocked(deps, part, take);
      for (const [index, list] of part.entries()) answers.set(list, taken[index] as Answer | Locked);
    }
    return lists.map((list) => answers.get(list) as Answer | Locked);
  }
}

export type Aside<Answer> = {
  /** Whether events about the same buyer or order are aside: a list that has one joins them. */
  holds(events: List): boolean;
  /** Resolves when the list is taken in. Rejects with the error of the lock after 25 s. */
  submit(events: List): Promise<Answer>;
  readonly pending: number;
};

export function createAside<Answer extends object>(
  deps: IntakeDeps,
  keysOf: (event: Prepared) => readonly string[],
  take: (lists: readonly List[]) => Promise<readonly (Answer | Locked)[]>,
): Aside<Answer> {
  const held = new Map<string, number>();
  let pending = 0;
  let unblockedAt = Number.NEGATIVE_INFINITY;
  const group: GroupCommit<List, Answer | Locked> = groupCommit({
    max: MAX_EVENTS,
    lanes: 1,
    sizeOf: (events: List) => events.length,
    run: take,
  });
  const count = (events: List, by: 1 | -1): void => {
    pending += by * events.length;
    for (const key of events.flatMap(keysOf)) {
      const now = (held.get(key) ?? 0) + by;
      if (now > 0) held.set(key, now);
      else held.delete(key);
    }
  };
  return {
    holds: (events) => held.size > 0 && events.some((event) => keysOf(event).some((key) => held.has(key))),
    get pending() {
      return pending;
    },
    async submit(events) {
      const giveUpAt = performance.now() + PATIENCE_MS;
      count(events, 1);
      try {
        for (;;) {
          const answer = await group.submit(events);
          if (!("locked" in answer)) return answer;
          if (performance.now() > giveUpAt) throw answer.locked;
          if (performance.now() - unblockedAt > UNBLOCK_EVERY_MS) {
            unblockedAt = performance.now();
            await deps.unblock?.();
          }
          await pause(RETRY_MS);
        }
      } finally {
        count(events, -1);
      }
    },
  };
}
