/** A buyer in memory: its state for `core/rules/buyer.ts`, and beside it what the database holds, to find out later what changed. */
import type { Order } from "../../../core/order/order.ts";
import type { BuyerState, OpenCase } from "../../../core/rules/buyer-state.ts";
import { newBuyer } from "../../../core/rules/buyer-state.ts";
import type { PlannedRow } from "../../../core/rules/plan.ts";
import type { Campaign, ShopPolicy } from "../../../core/values/policy.ts";
import type { Key } from "../../keys.ts";

/** A value with the event that reported it: [value, occurredAt ms, event id]. */
export type Reported = readonly [value: string, at: number, id: string];
export type Profile = { name?: Reported; locale?: Reported; timeZone?: Reported; tier?: Reported };

/** By order: `campaign/step` → the order's own time when that step was settled for it. */
export type SettledByOrder = Readonly<Record<string, Record<string, number>>>;

/** The columns of a BuyerRow, of `buyers b`. */
export const BUYER_COLUMNS =
  "b.shop_id, b.id, b.platform_id, b.bucket, b.profile, b.settled, b.wake_at, b.touched, b.waits_for";

export type BuyerRow = {
  readonly shop_id: string;
  readonly id: string;
  readonly platform_id: string | null;
  readonly bucket: number;
  readonly profile: Profile;
  /** Newer than in the rows of the orders; null: nothing is. */
  readonly settled: SettledByOrder | null;
  readonly wake_at: number | null;
  readonly touched: boolean;
  /** The channel whose rate limit it waits for. */
  readonly waits_for: string | null;
};

/** Rows of the database, to be compared with what the state has become. */
export type Baseline = {
  readonly caseId: string | null;
  /** The row of the open case; null: no case is open. */
  readonly open: Readonly<OpenCase> | null;
  readonly orders: Map<string, StoredOrder>;
  /** By step. */
  readonly planned: Map<string, StoredReminder>;
};

export type StoredOrder = {
  readonly order: Order;
  readonly reportedAt: number | null;
  readonly settled: Record<string, number>;
  readonly inCase: boolean;
  readonly caseId: string | null;
  /** The campaign for which reports count it; empty: none. null: they do not count it. */
  readonly countedFor: string | null;
};

/** A planned row with the other columns of its reminder. */
export type StoredReminder = PlanOf & { readonly id: string; readonly row: PlannedRow };

export type PlanOf = {
  readonly campaign: string | null;
  readonly version: string | null;
  readonly orders: readonly string[];
};

export type LoadedBuyer = {
  readonly shop: string;
  readonly id: string;
  readonly isNew: boolean;
  readonly platformId: string | null;
  platformIdNow: string | null;
  profile: Profile;
  profileChanged: boolean;
  readonly settled: SettledByOrder | null;
  readonly wakeAt: number | null;
  readonly touched: boolean;
  readonly waitsFor: string | null;
  readonly state: BuyerState;
  readonly baseline: Baseline;
  readonly contacts: LoadedContact[];
  /** Recent silencing payments by order. */
  readonly payments: Map<string, number>;
};

export type LoadedContact = {
  readonly kind: string;
  readonly hash: Buffer;
  /** The keyed hash of an e-mail address, by which it is found and suppressed. */
  readonly address: Buffer | null;
  readonly cipher: Buffer;
  readonly told_at: number;
  readonly told_id: string;
  readonly suppressed: boolean;
  /** core/order/sharing.ts */
  readonly reporters: string | null;
};

export type LoadEnv = {
  readonly shopOf: (shop: string) => ShopPolicy;
  readonly campaigns: readonly Campaign[];
  readonly now: number;
};

/** A buyer that the database does not know yet. */
export function createBuyer(env: LoadEnv, { shop, id }: Key, bucket: number): LoadedBuyer {
  return {
    ...emptyBuyer(env, {
      shop_id: shop,
      id,
      platform_id: null,
      bucket: bucket | 0,
      profile: {},
      settled: null,
      wake_at: null,
      touched: false,
      waits_for: null,
    }),
    isNew: true,
  };
}

/** A stored buyer, without what the other tables hold of it. */
export function emptyBuyer(env: LoadEnv, row: BuyerRow): LoadedBuyer {
  const state = newBuyer(env.shopOf(row.shop_id), row.bucket >>> 0);
  state.zone = row.profile.timeZone?.[0] ?? null;
  state.tier = row.profile.tier?.[0] ?? null;
  return {
    shop: row.shop_id,
    id: row.id,
    isNew: false,
    platformId: row.platform_id,
    platformIdNow: row.platform_id,
    profile: row.profile,
    profileChanged: false,
    settled: row.settled,
    wakeAt: row.wake_at,
    touched: row.touched,
    waitsFor: row.waits_for,
    state,
    baseline: { caseId: null, open: null, orders: new Map(), planned: new Map() },
    contacts: [],
    payments: new Map(),
  };
}
