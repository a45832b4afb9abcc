/** Keeps the rate limit of a channel across processes: a claim takes slots in the database, and the send waits for its slot. */
import type { Channel } from "../../core/seams/channel.ts";
import type { Sql } from "../../db/client.ts";
import { lookAtQueues, takeSlots } from "../../db/stores/dispatch/rate-store.ts";
import { SLOT_HORIZON_MS } from "../deps.ts";

/** Gives each send the time at which it may leave, as ms from the database's now. */
export type SlotBook = {
  /** null: over the limit. */
  next(channel: string): number | null;
  /** When a send over the limit should ask again, ms from the database's now: the later, the more were refused. */
  again(channel: string): number;
};

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
  sql: Sql,
  channels: ReadonlyMap<string, Channel>,
  wanted: ReadonlyMap<string, number>,
  now: number,
  horizonMs = SLOT_HORIZON_MS,
): Promise<SlotBook> {
  const offsets = new Map<string, number[]>();
  const refused = new Map<string, number>();
  await Promise.all(
    [...wanted].map(async ([name, want]) => {
      const rate = rateOf(channels, name);
      if (rate === null) return;
      offsets.set(name, []);
      const { granted, startsAt } = await takeSlots(sql, name, want, rate, horizonMs);
      const first = Math.max(0, startsAt - now);
      offsets.set(
        name,
        Array.from({ length: granted }, (_, n) => first + (n * 1_000) / rate),
      );
    }),
  );
  return {
    next: (channel) => {
      const list = offsets.get(channel);
      return list === undefined ? 0 : (list.shift() ?? null);
    },
    again: (channel) => {
      const before = refused.get(channel) ?? 0;
      refused.set(channel, before + 1);
      return MIN_AGAIN_MS + (before * 1_000) / (rateOf(channels, channel) ?? 1_000);
    },
  };
}
