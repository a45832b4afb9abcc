/**
 * Applies what providers report after a send: receipts change the delivery and what becomes of its reminder, replies opt addresses out.
 *
 * Receipts come in batches, twice, late and in any order. A delivery keeps the sum of its receipts (core/receipts/facts.ts), so each receipt can be
 * applied any number of times. A receipt that cannot be applied now is stored in the same transaction and tried again by `upkeep`.
 */
import type { BuyerPolicy } from "../core/rules/buyer-state.ts";
import type { Channel, ChannelTerms } from "../core/seams/channel.ts";
import type { ShopPolicy } from "../core/values/policy.ts";
import type { Sql } from "../db/client.ts";
import type { Vault } from "../db/vault.ts";
import type { Catalog } from "../render/catalog/catalog.ts";

export type ReceiptDeps = {
  readonly sql: Sql;
  readonly vault: Vault;
  readonly shopOf: (shop: string) => ShopPolicy | null;
  /** The shops that are listed by name. */
  readonly shopIds: readonly string[];
  readonly policy: () => Pick<BuyerPolicy, "campaigns" | "channels" | "pausedChannels">;
  /** The configured channels by name. */
  readonly channels: ReadonlyMap<string, Pick<ChannelTerms, "contacts" | "fallback" | "cost" | "provider">>;
};

/** How asking a provider about a message ended. */
export type LookupResult = "accepted" | "failed" | "absent" | "unknown";

export type LookupDeps = Omit<ReceiptDeps, "channels"> & {
  readonly channels: ReadonlyMap<string, Channel>;
  /** The texts of the same campaigns as in the policy. */
  readonly catalog: () => Catalog;
  readonly log: { warn(fields: object, message: string): void };
  readonly ended?: (channel: string, result: LookupResult) => void;
};
