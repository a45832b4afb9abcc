/**
 * Group commit: what arrives while a batch is being worked on becomes the next batch. No timer: a lone item goes at once, and
 * under load batches grow to what the store can take, up to `most` items and `lanes` batches at a time.
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

/** Items that are passed over, at most, in search of some that may run. */
const LOOK_PAST = 1_000;

/**
 * `run` answers one result for each item, in their order. `sizeOf`: how much of `most` an item takes (1). `enough`: how much must wait for
 * a batch to begin beside another (1); less waits for one to end. `keysOf`: what an item touches; two batches that run at the same time
 * never have a key in common, and items with a common key run in the order they came.
 */
export function groupCommit<Item, Result>(options: {
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly most: number;
  readonly lanes: number;
  readonly enough?: number;
  readonly sizeOf?: (item: Item) => number;
  readonly keysOf?: (item: Item) => readonly string[];
}): GroupCommit<Item, Result> {
  let queue: Waiting<Item, Result>[] = [];
  const sizeOf = options.sizeOf ?? (() => 1);
  const keysOf = options.keysOf ?? (() => []);
  /** What the batches under way touch. */
  const busy = new Set<string>();
  const enough = options.enough ?? 1;
  let waitingSize = 0;
  let running = 0;
  let unanswered = 0;

  /** The next batch; empty when all that was looked at waits for a batch under way. */
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
      if (batch.length > 0 && size + more > options.most) break;
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
        // A turn of the loop lets what arrives together go together.
        queueMicrotask(start);
      }),
    get pending() {
      return unanswered;
    },
  };
}
