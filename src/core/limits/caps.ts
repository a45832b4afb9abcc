/** Caps of channels: how many messages an address may get over a channel. Pure. */
import type { AddressCap, ContactKind } from "../values/policy.ts";

export type CappedChannel = {
  readonly name: string;
  readonly contacts: readonly ContactKind[];
  readonly caps: AddressCap;
  readonly fallback: string | null;
};

/**
 * The channels on which the buyer's address got its most, with their fallbacks. `sends`: how many messages the address of the buyer got over
 * the channel within the cap's time, from whichever shop.
 */
export function reachedCaps(
  channels: readonly CappedChannel[],
  sends: (channel: CappedChannel) => number,
): ReadonlyMap<string, string | null> | null {
  const reached = channels.filter((channel) => sends(channel) >= channel.caps.perAddress);
  return reached.length === 0 ? null : new Map(reached.map(({ name, fallback }) => [name, fallback]));
}

type Terms = Omit<CappedChannel, "caps"> & { readonly caps?: AddressCap };

export const cappedOf = (channels: Iterable<Terms>): CappedChannel[] =>
  [...channels].flatMap(({ name, contacts, caps, fallback }) =>
    caps === undefined ? [] : [{ name, contacts, caps, fallback }],
  );
