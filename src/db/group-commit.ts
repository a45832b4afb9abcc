/**
 * Group commit: items that arrive while a batch runs become the next batch. There is no timer: a lone item runs at once, and under load
 * batches grow, up to `max` items in a batch and `lanes` batches at a time.
 */
export type GroupCommit<Item, Result> = {
  /** Resolves with the item's own result, or rejects with the error of its batch. */
  submit(item: Item): Promise<Result>;
  /** Items not yet answered. */
  readonly pending: number;
};

type Waiting<Item, Result> = {
  item: Item;
  keys: readonly string[];
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

/** Items that are skipped, at most, in search of some that may run. */
const LOOK_PAST = 1_000;

/**
 * `run` returns one result for each item, in their order. `sizeOf`: how much of `max` an item takes (1). `enough`: how much must be queued
 * for a batch to begin beside another (1); less waits for one to end. `keysOf`: what an item touches; two batches that run at the same time
 * never have a key in common, and items with a common key run in the order in which they came.
 */
export function groupCommit<Item, Result>(options: {
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly max: number;
  readonly lanes: number;
  readonly enough?: number;
  readonly sizeOf?: (item: Item) => number;
  readonly keysOf?: (item: Item) => readonly string[];
}): GroupCommit<Item, Result> {
  let queue: Waiting<Item, Result>[] = [];
  const sizeOf = options.sizeOf ?? (() => 1);
  const keysOf = options.keysOf ?? (() => []);
  /** The keys of the running batches. */
  const busy = new Set<string>();
  const enough = options.enough ?? 1;
  let waitingSize = 0;
  let running = 0;
  let unanswered = 0;

  /** The next batch; empty when all items that it looked at wait for a running batch. */
  function take(): Waiting<Item, Result>[] {
    const batch: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    const blocked = new Set<string>();
    let size = 0;
    let at = 0;
    for (; at < queue.length && left.length < LOOK_PAST; at++) {
      const waiting = queue[at] as Waiting<Item, Result>;
      if (waiting.keys.some((key) => busy.has(key) || blocked.has(key))) {
        for (const key of waiting.keys) blocked.add(key);
        left.push(waiting);
        continue;
      }
      const more = sizeOf(waiting.item);
      if (batch.length > 0 && size + more > options.max) break;
      size += more;
      batch.push(waiting);
    }
    queue = [...left, ...queue.slice(at)];
    waitingSize -= size;
    return batch;
  }

  async function work(batch: Waiting<Item, Result>[]): Promise<void> {
    running++;
    for (const { keys } of batch) for (const key of keys) busy.add(key);
    try {
      const results = await options.run(batch.map(({ item }) => item));
      for (const [index, waiting] of batch.entries()) waiting.resolve(results[index] as Result);
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    } finally {
      running--;
      unanswered -= batch.length;
      for (const { keys } of batch) for (const key of keys) busy.delete(key);
      start();
    }
  }

  function start(): void {
    while (running < options.lanes && queue.length > 0 && (running === 0 || waitingSize >= enough)) {
      const batch = take();
      if (batch.length === 0) return;
      void work(batch);
    }
  }

  return {
    submit: (item) =>
      new Promise<Result>((resolve, reject) => {
        queue.push({ item, keys: keysOf(item), resolve, reject });
        unanswered++;
        waitingSize += sizeOf(item);
        // Items that are submitted in one turn of the loop run together.
        queueMicrotask(start);
      }),
    get pending() {
      return unanswered;
    },
  };
}
