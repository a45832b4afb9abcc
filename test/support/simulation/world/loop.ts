/** The clock of a simulation, and all that is still to happen in it, by time. Things of one moment happen in the order in which they were planned. */

type Entry = { readonly at: number; readonly number: number; readonly run: () => void };

export type Loop = {
  readonly now: number;
  after(ms: number, run: () => void): void;
  at(at: number, run: () => void): void;
  /** When the next thing happens; Infinity: nothing is left. */
  readonly next: number;
  /** Lets the next thing happen. */
  step(): void;
  /** Moves the clock on. Nothing may be left before. */
  passTo(at: number): void;
};

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.number < b.number);

export function createLoop(from: number): Loop {
  const heap: Entry[] = [];
  let now = from;
  let numbers = 0;

  function push(entry: Entry): void {
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  function pop(): Entry | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = heap[below];
      const other = heap[below + 1];
      if (child !== undefined && other !== undefined && isBefore(other, child)) {
        child = other;
        below++;
      }
      if (child === undefined || !isBefore(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
    return first;
  }

  const plan = (at: number, run: () => void) => push({ at: Math.max(at, now), number: numbers++, run });
  return {
    get now() {
      return now;
    },
    get next() {
      return heap[0]?.at ?? Number.POSITIVE_INFINITY;
    },
    at: plan,
    after: (ms, run) => plan(now + ms, run),
    step() {
      const entry = pop();
      if (entry === undefined) return;
      now = entry.at;
      entry.run();
    },
    passTo(at) {
      now = Math.max(now, at);
    },
  };
}
