/**
 * Holds the sends of a channel with a rate limit until their slots, right before their requests. Each send brings a slot. A slot that passed
 * unused is lost: the sends behind it move up, in order, and a new slot is taken for the last of them.
 */
/** `now`: monotonic, ms. */
type Clock = { now(): number; pause(ms: number): Promise<unknown> };

export type Pacer = {
  /** Resolves `aheadMs` before the slot, when it is time to prepare the message; at once if that moment is over, or without a rate limit. */
  soon(channel: string, slotAt: number, aheadMs: number): Promise<void>;
  /**
   * Resolves at a slot; at once without a rate limit. `slotAt`, `until`: monotonic, ms. False: there was no slot before `until`.
   * Never throws: while the store does not answer, it asks again.
   */
  ready(channel: string, slotAt: number, until: number): Promise<boolean>;
};

export type PacerDeps = {
  readonly clock: Clock;
  /** null: no limit. */
  readonly rateOf: (channel: string) => number | null;
  /** Takes up to `wanted` new slots, as monotonic times, in order. */
  readonly book: (channel: string, wanted: number) => Promise<readonly number[]>;
};

/**
 * A slot is lost when it passed by more than this, or by more than a tenth of the time between two slots. If all sends that a busy process
 * held back left at once, they would exceed the limit together with those whose slots come next. This can add one percent to a second.
 */
const LOST_MS = 10;
const LOST_SHARE = 0.1;
/** When no slot is free, or the store does not answer. */
const AGAIN_MS = 250;
/** Timers fire a little early; less is not worth a timer. */
const TICK_MS = 1;

type Waiting = { readonly slotAt: number; readonly until: number; readonly leave: (inTime: boolean) => void };

export function createPacer({ clock, rateOf, book }: PacerDeps): Pacer {
  const lines = new Map<string, (send: Waiting) => void>();
  const lineOf = (channel: string, rate: number): ((send: Waiting) => void) => {
    const known = lines.get(channel);
    if (known !== undefined) return known;
    const made = createLine({ clock, rate, book: (wanted) => book(channel, wanted) });
    lines.set(channel, made);
    return made;
  };
  return {
    async soon(channel, slotAt, aheadMs) {
      const wait = slotAt - aheadMs - clock.now();
      if (rateOf(channel) !== null && wait > TICK_MS) await clock.pause(wait);
    },
    ready(channel, slotAt, until) {
      const rate = rateOf(channel);
      if (rate === null) return Promise.resolve(true);
      return new Promise((leave) => lineOf(channel, rate)({ slotAt, until, leave }));
    },
  };
}

/** The sends of one channel that wait for a slot. */
function createLine(deps: {
  readonly clock: Clock;
  readonly rate: number;
  readonly book: (wanted: number) => Promise<readonly number[]>;
}): (send: Waiting) => void {
  const { clock, book } = deps;
  const lostMs = Math.max(LOST_MS, (LOST_SHARE * 1_000) / deps.rate);
  const sends: Waiting[] = [];
  const slots: number[] = [];
  let booking = false;
  /** When the next timer fires. */
  let wakesAt = Number.POSITIVE_INFINITY;

  /** Lets those leave whose slots have come, and sees to it that there is a slot for each of the others. */
  function advance(): void {
    const time = clock.now();
    for (const late of takeAll(sends, ({ until }) => time > until)) late.leave(false);
    while ((slots[0] ?? Number.POSITIVE_INFINITY) < time + TICK_MS) {
      const slot = slots.shift() ?? 0;
      if (time - slot <= lostMs) sends.shift()?.leave(true);
    }
    if (sends.length > slots.length && !booking) void bookMore(sends.length - slots.length);
    wakeAt(slots[0] ?? Number.POSITIVE_INFINITY);
  }

  async function bookMore(wanted: number): Promise<void> {
    booking = true;
    const booked = await book(wanted).catch(() => []);
    if (booked.length === 0) await clock.pause(AGAIN_MS);
    booking = false;
    for (const slot of booked) insert(slots, slot, (one) => one);
    advance();
  }

  function wakeAt(at: number): void {
    if (at >= wakesAt || sends.length === 0) return;
    wakesAt = at;
    void clock.pause(Math.max(0, at - clock.now())).then(() => {
      if (wakesAt !== at) return;
      wakesAt = Number.POSITIVE_INFINITY;
      advance();
    });
  }

  return (send) => {
    insert(sends, send, ({ slotAt }) => slotAt);
    insert(slots, send.slotAt, (slot) => slot);
    advance();
  };
}

/** Inserts into a list in order, after its equals. Most come last. */
function insert<T>(list: T[], item: T, orderOf: (item: T) => number): void {
  let place = list.length;
  while (place > 0 && orderOf(list[place - 1] as T) > orderOf(item)) place--;
  list.splice(place, 0, item);
}

function takeAll<T>(list: T[], wanted: (item: T) => boolean): T[] {
  const taken = list.filter(wanted);
  if (taken.length > 0) list.splice(0, list.length, ...list.filter((item) => !taken.includes(item)));
  return taken;
}
