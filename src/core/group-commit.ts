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

type Waiting<Item, Result> = { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void };

/** `run` answers one result for each item, in their order. `sizeOf`: how much of `most` an item takes (1). */
export function groupCommit<Item, Result>(options: {
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly most: number;
  readonly lanes: number;
  readonly sizeOf?: (item: Item) => number;
}): GroupCommit<Item, Result> {
  const queue: Waiting<Item, Result>[] = [];
  const sizeOf = options.sizeOf ?? (() => 1);
  let running = 0;
  let unanswered = 0;

  function take(): Waiting<Item, Result>[] {
    let size = 0;
    let count = 0;
    for (const waiting of queue) {
      const more = sizeOf(waiting.item);
      if (count > 0 && size + more > options.most) break;
      size += more;
      count++;
    }
    return queue.splice(0, count);
  }

  async function work(batch: Waiting<Item, Result>[]): Promise<void> {
    running++;
    try {
      const results = await options.run(batch.map(({ item }) => item));
      for (const [index, waiting] of batch.entries()) waiting.resolve(results[index] as Result);
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    } finally {
      running--;
      unanswered -= batch.length;
      start();
    }
  }

  function start(): void {
    while (running < options.lanes && queue.length > 0) void work(take());
  }

  return {
    submit: (item) =>
      new Promise<Result>((resolve, reject) => {
        queue.push({ item, resolve, reject });
        unanswered++;
        // A turn of the loop lets what arrives together go together.
        queueMicrotask(start);
      }),
    get pending() {
      return unanswered;
    },
  };
}
