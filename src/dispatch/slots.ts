/** The channel's rate, held across processes: slots are taken in the database before a claim, and waited for before the send. */
import type { Channel } from "../core/channel.ts";
import type { Sql } from "../db/client.ts";
import { takeSlots } from "../db/stores/dispatch-store.ts";
import { SLOT_HORIZON_MS } from "./deps.ts";

/** Hands out, for each channel, the offsets from the database's now (ms) at which a send may leave. */
export type SlotBook = {
  /** null: no room now. */
  next(channel: string): number | null;
  /** When to ask again, ms from the database's now. */
  readonly againInMs: number;
};

/** Takes slots for `wanted` sends per channel, on a connection of its own so that no claim holds the channel's row. */
export async function bookSlots(
  sql: Sql,
  channels: ReadonlyMap<string, Channel>,
  wanted: ReadonlyMap<string, number>,
  now: number,
): Promise<SlotBook> {
  const offsets = new Map<string, number[]>();
  await Promise.all(
    [...wanted].map(async ([name, want]) => {
      const rate = channels.get(name)?.ratePerSecond ?? null;
      if (rate === null) return;
      const { granted, startsAt } = await takeSlots(sql, name, want, rate, SLOT_HORIZON_MS);
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
    againInMs: SLOT_HORIZON_MS / 2,
  };
}
