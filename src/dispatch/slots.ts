/** The channel's rate, held across processes: slots are taken in the database before a claim, and waited for before the send. */
import type { Channel } from "../core/seams/channel.ts";
import type { Sql } from "../db/client.ts";
import { lookAtQueues, takeSlots } from "../db/stores/dispatch/dispatch-store.ts";
import { SLOT_HORIZON_MS } from "./deps.ts";

/** Hands out, for each channel, the offsets from the database's now (ms) at which a send may leave. */
export type SlotBook = {
  /** null: no room now. */
  next(channel: string): number | null;
  /** When one that found no room should ask again, ms from the database's now: the more were refused, the later. */
  again(channel: string): number;
};

/** What waits before the channels with a rate. */
export type Queues = {
  /** Channels before which buyers wait: whoever comes now waits behind them. */
  readonly waiting: ReadonlySet<string>;
  /** Those, and channels that have no room for several batches: of a backlog that shows only now all wait, and nobody is first by luck. */
  readonly behind: ReadonlySet<string>;
  /** Channels that have room for some of those who wait, and for how many. */
  readonly room: ReadonlyMap<string, number>;
};

const MIN_AGAIN_MS = SLOT_HORIZON_MS / 2;
/** Room for less than this is left to grow: looking after every single slot would keep a process busy with nothing but that. */
const MIN_ROOM_MS = SLOT_HORIZON_MS / 4;

/** In batches: as many as are claimed at a time by a few processes. */
const NARROW = 8;

const rateOf = (channels: ReadonlyMap<string, Channel>, name: string): number | null =>
  channels.get(name)?.ratePerSecond ?? null;

export const withRate = (channels: ReadonlyMap<string, Channel>) =>
  [...channels.values()].flatMap(({ name, ratePerSecond: rate }) => (rate === null ? [] : [{ name, rate }]));

/** null: no channel has a rate, and nothing is asked. `most`: buyers that one claim takes. */
export async function findQueues(
  sql: Sql,
  channels: ReadonlyMap<string, Channel>,
  most: number,
): Promise<Queues | null> {
  const limited = withRate(channels);
  if (limited.length === 0) return null;
  const rows = await lookAtQueues(sql, limited, SLOT_HORIZON_MS);
  const waiting = new Set(rows.filter((row) => row.waiting).map(({ channel }) => channel));
  const share = Math.max(1, Math.floor(most / Math.max(1, waiting.size)));
  const room = new Map<string, number>();
  for (const { channel, free } of rows) {
    const least = Math.max(1, Math.min(share, Math.floor(((rateOf(channels, channel) ?? 0) * MIN_ROOM_MS) / 1_000)));
    if (waiting.has(channel) && free >= least) room.set(channel, Math.min(free, share));
  }
  const narrow = rows.filter(({ free }) => free < NARROW * most).map(({ channel }) => channel);
  return { waiting, behind: new Set([...waiting, ...narrow]), room };
}

/**
 * Takes slots for `wanted` sends per channel, on a connection of its own so that no claim holds the channel's row. `closed`: channels
 * that have no room for these, whatever is free.
 */
export async function bookSlots(
  sql: Sql,
  channels: ReadonlyMap<string, Channel>,
  wanted: ReadonlyMap<string, number>,
  now: number,
  closed?: ReadonlySet<string>,
  horizonMs = SLOT_HORIZON_MS,
): Promise<SlotBook> {
  const offsets = new Map<string, number[]>();
  const refused = new Map<string, number>();
  await Promise.all(
    [...wanted].map(async ([name, want]) => {
      const rate = rateOf(channels, name);
      if (rate === null) return;
      offsets.set(name, []);
      if (closed?.has(name) === true) return;
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
