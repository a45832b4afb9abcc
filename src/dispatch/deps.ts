/**
 * Dispatch decides what is due, claims it, sends it and records the outcome. These are the types that its parts share.
 *
 * A claim is committed before the provider is called, under the lock of the buyer. Recording a payment takes the same lock, so no claim
 * commits after the payment committed. When a process dies, its claims become `unknown` as soon as their leases run out, and are never sent
 * again. Nothing here relies on the queue: it only says when to look.
 */
import type { BuyerPolicy } from "../core/rules/buyer-state.ts";
import type { Channel, ChannelFault } from "../core/seams/channel.ts";
import type { Campaign, ShopPolicy } from "../core/values/policy.ts";
import type { Reason } from "../core/values/reason.ts";
import type { Sql } from "../db/client.ts";
import type { LoadedBuyer } from "../db/stores/buyers/loaded-buyer.ts";
import type { Vault } from "../db/vault.ts";
import type { Catalog } from "../render/catalog/catalog.ts";
import type { BreakerTimes } from "./limits/breaker.ts";
import type { Breakers } from "./limits/breakers.ts";
import type { Bulkheads } from "./limits/bulkheads.ts";
import type { Pacer } from "./limits/pacer.ts";
import type { SlotClock } from "./limits/slot-clock.ts";
import type { Verifier } from "./verify/verifier.ts";

export type DispatchLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

/** Counts events as they happen. Absent in tests that do not look. */
export type DispatchMeter = {
  claimed(channel: string): void;
  finished(channel: string, outcome: string, ms: number): void;
  skipped(reason: Reason): void;
  /** The channel's table of codes does not list this code. */
  unlisted(channel: string, code: string): void;
};

export type DispatchDeps = {
  readonly sql: Sql;
  readonly vault: Vault;
  readonly shopOf: (shop: string) => ShopPolicy | null;
  readonly policy: () => BuyerPolicy;
  /** The texts of the same campaigns as in the policy. */
  readonly catalog: () => Catalog;
  /** Reads the campaigns again when the policy is outdated. */
  readonly refresh?: () => Promise<void>;
  readonly channels: ReadonlyMap<string, Channel>;
  /** The channels whose receipts name messages by the provider's ids. Absent: none. */
  readonly keepsMessageIds?: ReadonlySet<string>;
  /** Pauses a channel that is at fault, for `resumeInMs` or until somebody resumes it. Absent: it goes on (tests). */
  readonly pauseChannel?: (
    channel: string,
    fault: ChannelFault & { readonly resumeInMs: number | null },
  ) => Promise<void>;
  /** Absent: the usual ones. */
  readonly breakerTimes?: BreakerTimes;
  /** Absent: nothing is verified. */
  readonly verify?: Verifier | null;
  /** Lets sends leave at their slots. Absent: by the clock of this machine. */
  readonly pacer?: Pacer;
  readonly log: DispatchLog;
  readonly meter?: DispatchMeter;
};

/** Deps of a dispatcher, with what it holds. */
export type ClaimDeps = DispatchDeps & {
  readonly bulkheads: Bulkheads;
  readonly breakers: Breakers;
  readonly slotClock: SlotClock;
};

/** One claimed attempt to hand a reminder to one channel. */
export type SendJob = {
  readonly shop: ShopPolicy;
  readonly buyer: LoadedBuyer;
  readonly reminderId: string;
  readonly deliveryId: string;
  /** By this the provider recognises a repetition: the id of the first attempt on this channel. */
  readonly idempotencyKey: string;
  readonly campaign: Campaign;
  /** The texts of this version of the campaign, even if a newer version comes before the send. */
  readonly catalog: Catalog;
  readonly step: string;
  readonly variant: string | null;
  readonly channel: string;
  readonly orders: readonly string[];
  /** The sealed message of an attempt of unknown outcome, which is sent once more as it was; null: the message is made now. */
  readonly repeated: Buffer | null;
  /** The number of the attempt on this channel, from 1. */
  readonly attempt: number;
  /** The last moment at which the send is useful, by the database's clock, and its last moment in time for its orders; null: they never close. */
  readonly until: number;
  readonly latest: number | null;
  /** It must not leave after this moment of the database's clock, see `leaveBy` in core/rules/decide.ts. */
  readonly leaveBy: number;
  /** The database's time of the claim, and the monotonic time (performance.now) just before the database was asked. */
  readonly claimedAt: number;
  readonly askedAt: number;
  /** The slot under the channel's rate limit: it leaves at this monotonic time, see limits/pacer.ts. 0: at once. */
  readonly slotAt: number;
};

/** Whether the channel makes tasks for people. */
export const isTask = (channels: ReadonlyMap<string, Pick<Channel, "asTask">>, name: string | null): boolean =>
  name !== null && channels.get(name)?.asTask === true;

/** A claim takes slots that begin within this time. The wait for the slot is part of the lease. */
export const SLOT_HORIZON_MS = 1_000;
/** Retries are older than first attempts: they look further ahead, and so get their slots first. */
export const RETRY_HORIZON_MS = 2 * SLOT_HORIZON_MS;
/** Time for all else in a claim: rendering, connecting, a busy process. */
const LEASE_MARGIN_MS = 30_000;

/** How long a claim lasts: longer than any send can take. */
export function leaseMs(channels: ReadonlyMap<string, Pick<Channel, "timeoutMs">>): number {
  let timeout = 0;
  for (const channel of channels.values()) timeout = Math.max(timeout, channel.timeoutMs);
  return RETRY_HORIZON_MS + timeout + LEASE_MARGIN_MS;
}
