/**
 * Bulkheads: how many claims a process holds, by channel. A provider that hangs fills its own channel only.
 *
 * A channel works at full speed when as many sends are under way as it has connections, while others are being claimed or recorded. So it
 * holds connections × (1 + time to claim and record ÷ the provider's latency), both as measured. More would only wait here, and be stranded
 * when the process dies.
 *
 * A channel that is full for a moment lets claims wait for it: its places come back at once. One whose slow provider keeps it full is
 * *stuck*. Claims do not wait for it any more: a buyer whose send takes it is queued in the database, as before a rate limit, and is claimed when a
 * place is free, by any process. A channel that is full of outcomes to be recorded is not stuck: the database is slow then, for all. A channel
 * whose circuit breaker is not closed counts as stuck, and has as many places as the breaker allows.
 */
import type { Channel } from "../../core/seams/channel.ts";
import type { Breaker } from "./breaker.ts";
import type { Breakers } from "./breakers.ts";
import { type Call, createPace, type Pace } from "./pace.ts";

/** Buyers of one claim at most: enough to make a round trip cheap, few enough that a crash strands little. */
export const BATCH = 100;
/** A channel that has been full for this long is stuck, if its provider takes fewer sends a second than this. */
export const PATIENCE_MS = 50;
const FAST_PER_SECOND = 250;
/** Sends that wait for their slots under a rate limit need no connection. This many more are held. */
const MAX_SLOTS_AHEAD = 400;
/** A claim takes at least this part of a channel's places, so that it is worth its round trip. */
const PARTS = 8;
const MIN_COUNT = 12;
/** A provider keeps its channel full when it has this part of the connections' sends. */
const BUSY = 0.75;
/** Claims do not wait for a channel that is used less than this. */
const MIN_SHARE = 0.02;
/** How fast the shares of the channels follow what a whole batch shows. */
const SHARE_WEIGHT = 0.3;

/** Places that one claim takes. If the claim fails, it gives them back. */
export type Places = {
  /** false: the channel is full. A channel that is not configured is never full. */
  take(channel: string): boolean;
  giveBack(channel: string): void;
  giveAllBack(): void;
};

export type NextClaim = {
  /** Buyers to claim. The places that they will probably need are reserved until `end` is called. */
  readonly count: number;
  /** Channels on which nothing can be sent. */
  readonly stuck: ReadonlySet<string>;
  /** The places reserved for it in a channel. */
  own(channel: string): number;
  end(): void;
};

export type Bulkheads = {
  places(): Places;
  /** The provider is done with a claimed send; only its outcome is to be recorded. */
  sent(channel: string): void;
  /** The claim is over. `sent`: it was recorded, or tried to be. */
  release(channel: string, sent: boolean): void;
  /** The next claim; null: a channel is full for the moment, wait. */
  next(): NextClaim | null;
  /** Notes how many of these buyers each channel was to take: the next ones will probably need places alike. */
  saw(buyers: number, sends: ReadonlyMap<string, number>): void;
  /** Free places, without those that are reserved by others than `claim`; 0 when they are too few for a claim. */
  room(channel: string, claim?: NextClaim): number;
  call(channel: string): Call;
  /** The time of one send from its claim to its record, without the call and without waiting for its turn. */
  overhead(channel: string, ms: number): void;
  readonly held: number;
};

type State = {
  readonly breaker: Breaker | null;
  readonly pace: Pace;
  readonly connections: number;
  readonly slotsAhead: number;
  held: number;
  /** The part of them that the provider is done with. */
  sent: number;
  /** When the last of them came back. */
  sentAt: number;
  reserved: number;
  /** The part of the buyers claimed of late that was sent by this channel, 0 to 1. */
  share: number;
  /** Since when fewer places are free than a claim takes, and the provider is to blame; null: enough are free. */
  fullSince: number | null;
};

export function createBulkheads(
  channels: ReadonlyMap<string, Pick<Channel, "connections" | "ratePerSecond">>,
  breakers: Pick<Breakers, "of" | "open"> | null = null,
  now: () => number = () => performance.now(),
  slotHorizonMs = 1_000,
): Bulkheads {
  const states = new Map<string, State>();
  const stateOf = (name: string): State | null => {
    const known = states.get(name);
    if (known !== undefined) return known;
    const channel = channels.get(name);
    if (channel === undefined) return null;
    const slots = Math.ceil(((channel.ratePerSecond ?? 0) * slotHorizonMs) / 1_000);
    const state: State = {
      breaker: breakers?.of(name) ?? null,
      pace: createPace(channel.connections, now),
      connections: channel.connections,
      slotsAhead: Math.min(slots, MAX_SLOTS_AHEAD),
      held: 0,
      sent: 0,
      sentAt: Number.NEGATIVE_INFINITY,
      reserved: 0,
      // Unknown at first: a channel that could take a whole batch may have to.
      share: channel.connections >= BATCH ? 1 : 0,
      fullSince: null,
    };
    states.set(name, state);
    return state;
  };

  const limitOf = ({ breaker, pace, slotsAhead }: State): number => {
    const full = slotsAhead + pace.limit();
    return breaker === null ? full : breaker.limit(full);
  };
  const chunkOf = (limit: number): number => Math.max(1, Math.min(BATCH, Math.floor(limit / PARTS)));

  /** Notes since when the channel is full. */
  const look = (state: State): void => {
    const limit = limitOf(state);
    const isFull = limit - state.held < chunkOf(limit);
    const isBusy = state.held - state.sent >= BUSY * state.connections;
    if (isFull && isBusy) state.fullSince ??= now();
    else state.fullSince = null;
  };
  const isStuck = ({ fullSince, pace, connections, sentAt }: State): boolean => {
    if (fullSince === null || now() - fullSince <= PATIENCE_MS) return false;
    // If nothing has come back for so long, no provider is as fast as it was.
    return Math.min(pace.perSecond(), (connections * 1_000) / (now() - Math.max(sentAt, fullSince))) < FAST_PER_SECOND;
  };
  const freeOf = (state: State): number => Math.max(0, limitOf(state) - state.held - state.reserved);
  const roomOf = (state: State, own: number): number => {
    const free = Math.floor(Math.max(0, limitOf(state) - state.held - state.reserved + own));
    return free < chunkOf(limitOf(state)) ? 0 : free;
  };

  const release = (channel: string, sent: boolean): void => {
    const state = stateOf(channel);
    if (state === null) return;
    state.held--;
    if (sent) state.sent--;
    look(state);
  };

  return {
    places() {
      const taken: string[] = [];
      const giveBack = (channel: string): void => {
        const at = taken.indexOf(channel);
        if (at < 0) return;
        taken.splice(at, 1);
        release(channel, false);
      };
      return {
        take(channel) {
          const state = stateOf(channel);
          if (state === null) return true;
          if (state.held >= limitOf(state)) return false;
          state.held++;
          look(state);
          taken.push(channel);
          return true;
        },
        giveBack,
        giveAllBack() {
          for (const channel of taken.splice(0)) release(channel, false);
        },
      };
    },
    sent(channel) {
      const state = stateOf(channel);
      if (state === null) return;
      state.sent++;
      state.sentAt = now();
      look(state);
    },
    release,
    next() {
      const stuck = new Set(breakers?.open());
      const open = new Map<string, State>();
      let count = BATCH;
      for (const name of channels.keys()) {
        const state = stateOf(name);
        if (state === null || stuck.has(name)) continue;
        look(state);
        if (isStuck(state)) stuck.add(name);
        else if (state.share >= MIN_SHARE) {
          open.set(name, state);
          const fits = Math.floor(freeOf(state) / state.share);
          if (fits < Math.min(MIN_COUNT, chunkOf(limitOf(state)))) return null;
          count = Math.min(count, fits);
        }
      }
      const reserved = new Map<string, number>();
      for (const [name, state] of open) {
        reserved.set(name, count * state.share);
        state.reserved += count * state.share;
      }
      return {
        count,
        stuck,
        own: (channel) => reserved.get(channel) ?? 0,
        end() {
          for (const [name, state] of open) state.reserved -= reserved.get(name) ?? 0;
          reserved.clear();
        },
      };
    },
    saw(buyers, sends) {
      const weight = Math.min(1, buyers / BATCH) * SHARE_WEIGHT;
      for (const name of channels.keys()) {
        const state = stateOf(name);
        if (state !== null) state.share += weight * ((sends.get(name) ?? 0) / buyers - state.share);
      }
    },
    room(channel, claim) {
      const state = stateOf(channel);
      return state === null ? BATCH : roomOf(state, claim?.own(channel) ?? 0);
    },
    call: (channel) => stateOf(channel)?.pace.call() ?? { begun() {}, ended() {} },
    overhead: (channel, ms) => stateOf(channel)?.pace.overhead(ms),
    get held() {
      let sum = 0;
      for (const { held } of states.values()) sum += held;
      return sum;
    },
  };
}
