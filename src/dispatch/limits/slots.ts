/** Keeps the rate limit of a channel across processes: a claim takes slots in the database, and the send waits for its slot. */
import { setTimeout as pause } from "node:timers/promises";
import type { Channel } from "../../core/seams/channel.ts";
import type { Sql } from "../../db/client.ts";
import { lookAtQueues, takeSlots } from "../../db/stores/dispatch/rate-store.ts";
import { type DispatchDeps, RETRY_HORIZON_MS, SLOT_HORIZON_MS } from "../deps.ts";
import { createPacer, type Pacer } from "./pacer.ts";
import type { SlotClock } from "./slot-clock.ts";

/** Gives each send the time at which it may leave. */
export type SlotBook = {
  /** A monotonic time (performance.now), ms; 0: at once. null: over the limit. */
  next(channel: string): number | null;
  /** When a send over the limit should ask again, ms from the database's now: the later, the more were refused. */
  again(channel: string): number;
};

/** The database that has the slots, and the clock by which they are read. */
type Booking = Pick<DispatchDeps, "sql" | "channels"> & { readonly slotClock: SlotClock };

/** The queues of channels. */
export type Queues = {
  /** Channels with a queue. */
  readonly waiting: ReadonlySet<string>;
  /** Those of them with a rate limit: a new send goes to the end of the queue. */
  readonly closed: ReadonlySet<string>;
  /** These, and channels with slots for only a few batches. When a backlog appears, all of it is queued, so that it leaves in order. */
  readonly behind: ReadonlySet<string>;
  /** Channels with a queue and room now, and for how many sends. */
  readonly rooms: readonly { readonly channel: string; readonly slots: number }[];
};

const MIN_AGAIN_MS = SLOT_HORIZON_MS / 2;
/** Less room than this is left to grow: a process that claims every single slot does nothing else. */
const MIN_ROOM_MS = SLOT_HORIZON_MS / 4;

/** In batches: about as many as a few processes claim at a time. */
const NARROW = 8;

const rateOf = (channels: ReadonlyMap<string, Channel>, name: string): number | null =>
  channels.get(name)?.ratePerSecond ?? null;

export const rateLimited = (channels: ReadonlyMap<string, Channel>) =>
  [...channels.values()].flatMap(({ name, ratePerSecond: rate }) => (rate === null ? [] : [{ name, rate }]));

/** `batch`: how many buyers one claim takes. `roomIn`: free places of this process in a channel. */
export async function findQueues(
  sql: Sql,
  channels: ReadonlyMap<string, Channel>,
  batch: number,
  roomIn: (channel: string) => number,
): Promise<Queues> {
  const all = [...channels.values()].map(({ name, ratePerSecond: rate }) => ({ name, rate }));
  const rows = await lookAtQueues(sql, all, SLOT_HORIZON_MS);
  const waiting = new Set(rows.filter((row) => row.waiting).map(({ channel }) => channel));
  const share = Math.max(1, Math.floor(batch / Math.max(1, waiting.size)));
  const rooms: { channel: string; slots: number }[] = [];
  for (const { channel, free } of rows) {
    if (!waiting.has(channel)) continue;
    const rate = rateOf(channels, channel);
    const slots = Math.min(free ?? share, share, roomIn(channel));
    const minRoom = rate === null ? 1 : Math.max(1, Math.min(share, Math.floor((rate * MIN_ROOM_MS) / 1_000)));
    if (slots >= 1 && (free ?? share) >= minRoom) rooms.push({ channel, slots });
  }
  const narrow = rows.filter(({ free }) => free !== null && free < NARROW * batch).map(({ channel }) => channel);
  const closed = [...waiting].filter((name) => rateOf(channels, name) !== null);
  return { waiting, closed: new Set(closed), behind: new Set([...closed, ...narrow]), rooms };
}

/** Takes slots for `wanted` sends per channel. It uses a connection of its own, so that no claim holds the channel's row. */
export async function bookSlots(
  deps: Booking,
  wanted: ReadonlyMap<string, number>,
  horizonMs = SLOT_HORIZON_MS,
): Promise<SlotBook> {
  const booked = new Map<string, number[]>();
  const refused = new Map<string, number>();
  await Promise.all(
    [...wanted].map(async ([name, want]) => {
      const rate = rateOf(deps.channels, name);
      if (rate === null) return;
      booked.set(name, await bookTimes(deps, { channel: name, rate, wanted: want, horizonMs }));
    }),
  );
  return {
    next: (channel) => {
      const list = booked.get(channel);
      return list === undefined ? 0 : (list.shift() ?? null);
    },
    again: (channel) => {
      const before = refused.get(channel) ?? 0;
      refused.set(channel, before + 1);
      return MIN_AGAIN_MS + (before * 1_000) / (rateOf(deps.channels, channel) ?? 1_000);
    },
  };
}

/** Takes up to `wanted` slots of one channel, as monotonic times in order. They begin within `horizonMs`. */
async function bookTimes(
  { sql, slotClock }: Booking,
  { channel, rate, wanted, horizonMs }: { channel: string; rate: number; wanted: number; horizonMs: number },
): Promise<number[]> {
  const askedAt = performance.now();
  const { granted, startsAt, now } = await takeSlots(sql, channel, wanted, rate, horizonMs);
  slotClock.note(askedAt, now, performance.now());
  const first = slotClock.toMonotonic(startsAt);
  return Array.from({ length: granted }, (_, n) => first + (n * 1_000) / rate);
}

/** Books new slots further ahead than claims do: sends that missed theirs go before new ones. */
export function pacerOf(deps: Booking): Pacer {
  return createPacer({
    clock: { now: () => performance.now(), pause: (ms) => pause(ms) },
    rateOf: (channel) => rateOf(deps.channels, channel),
    book: async (channel, wanted) => {
      const rate = rateOf(deps.channels, channel);
      return rate === null ? [] : bookTimes(deps, { channel, rate, wanted, horizonMs: RETRY_HORIZON_MS });
    },
  });
}
