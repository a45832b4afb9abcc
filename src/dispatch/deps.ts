/**
 * Dispatch: what is due is decided, claimed, sent and recorded.
 *
 * A claim is committed before the provider is called, under the lock of the buyer, which the recording of a payment takes too: no
 * claim commits after the payment committed. What a process had claimed when it died becomes `unknown` when the lease runs out,
 * and is never sent again. Nothing here relies on the queue: it only says when to look.
 */
import type { BuyerPolicy } from "../core/rules/buyer-state.ts";
import type { Channel } from "../core/seams/channel.ts";
import type { Campaign, ShopPolicy } from "../core/values/policy.ts";
import type { Reason } from "../core/values/reason.ts";
import type { Sql } from "../db/client.ts";
import type { LoadedBuyer } from "../db/stores/buyers/buyer-load.ts";
import type { Vault } from "../db/vault.ts";
import type { Catalog } from "../render/catalog/catalog.ts";

export type DispatchLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

/** Counted as they happen; absent in tests that do not look. */
export type DispatchMeter = {
  claimed(channel: string): void;
  finished(channel: string, outcome: string, ms: number): void;
  skipped(reason: Reason): void;
};

export type DispatchDeps = {
  readonly sql: Sql;
  readonly vault: Vault;
  readonly shopOf: (shop: string) => ShopPolicy | null;
  readonly policy: () => BuyerPolicy;
  /** Of the same campaigns as the policy. */
  readonly catalog: () => Catalog;
  /** Reads the campaigns again when those of the policy are outdated. */
  readonly refresh?: () => Promise<void>;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly log: DispatchLog;
  readonly meter?: DispatchMeter;
};

/** One claimed attempt to hand a reminder to one channel. */
export type SendJob = {
  readonly shop: ShopPolicy;
  readonly buyer: LoadedBuyer;
  readonly reminderId: string;
  readonly deliveryId: string;
  /** What the provider knows a repetition by: the id of the first attempt on this channel. */
  readonly idempotencyKey: string;
  readonly campaign: Campaign;
  /** What the campaign was read with: its texts, also if a newer version comes before the send. */
  readonly catalog: Catalog;
  readonly step: string;
  readonly variant: string | null;
  readonly channel: string;
  readonly orders: readonly string[];
  /** Of this channel, from 1. */
  readonly attempt: number;
  /** The last moment at which it is worth sending, by the database's clock. */
  readonly until: number;
  /** The database's now when it was claimed, and the monotonic time (performance.now) at which that was asked. */
  readonly claimedAt: number;
  readonly askedAt: number;
  /** Do not send before this much monotonic time: the channel's slot. */
  readonly slotAt: number;
};

/** Slots that begin within this time are taken together with the claim, so the wait for one is part of the lease. */
export const SLOT_HORIZON_MS = 1_000;
/** A retry is older than what waits for its first turn: it may look further ahead, and so finds room before. */
export const RETRY_HORIZON_MS = 2 * SLOT_HORIZON_MS;
/** What a claim may take beyond its slot and the provider's timeout: rendering, connecting, a busy process. */
const LEASE_MARGIN_MS = 30_000;

/** How long a claim lasts: longer than any send can take. */
export function leaseMs(channels: ReadonlyMap<string, Channel>): number {
  let timeout = 0;
  for (const channel of channels.values()) timeout = Math.max(timeout, channel.timeoutMs);
  return RETRY_HORIZON_MS + timeout + LEASE_MARGIN_MS;
}
