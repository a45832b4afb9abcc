/** What is known of one buyer of one shop, and what was decided for good. Instants are epoch ms. */
import type { Order } from "../order/order.ts";
import type { Campaign, ChannelContacts, ShopPolicy } from "../values/policy.ts";
import type { Reason } from "../values/reason.ts";
import type { PastSend, PlannedRow } from "./plan.ts";

export type TrackedOrder = {
  order: Order;
  /** When it was first told well enough to be chased; null: not yet. */
  reportedAt: number | null;
  /** `campaign/step` → own time when settled (rule 12). */
  settled: Record<string, number>;
};

/** What the buyer told a person: that they will pay at `at`. */
export type PaymentPromise = {
  readonly at: number;
  /** When it was recorded: of two the later holds. */
  readonly recordedAt: number;
  /** Why it is unpaid until then, and who recorded it: only to be shown. */
  readonly reason: string | null;
  readonly by: string | null;
};

export type OpenCase = {
  readonly id: string;
  readonly openedAt: number;
  campaign: Campaign | null;
  /** Ids of the orders of the case, and of those that count under its campaign. */
  members: string[];
  counted: string[];
  rows: PlannedRow[];
  hadPlan: boolean;
  manual: boolean;
  promise: PaymentPromise | null;
  /** Why orders left it at the last instant at which one did. */
  departures: { readonly at: number; readonly reasons: readonly Reason[] } | null;
  /** Stands for the case as long as it never had a plan. */
  whole: { readonly reason: Reason; readonly at: number } | null;
};

export type BuyerSend = PastSend & {
  readonly caseId: string;
  readonly orders: readonly string[];
  /** Its time in the plan by which it was decided. */
  readonly dueAt: number;
  /** Its last attempt failed and it is to be tried again: until then it is no send that others keep a distance to or that counts. */
  readonly failed?: boolean;
};

export type Contact = { readonly suppressed: boolean; readonly reportedAt: number; readonly reportedId: string };

export type BuyerState = {
  readonly shop: ShopPolicy;
  /** hash32 of the identity first told: decides holdout and variant. */
  readonly bucket: number;
  zone: string | null;
  /** The last told contact of each kind: `phone`, `chat.<kind>`. */
  contacts: Map<string, Contact>;
  orders: Map<string, TrackedOrder>;
  /** The latest silencing payment among orders that are not in `orders`. */
  otherPaidAt: number | null;
  sends: BuyerSend[];
  /** Campaign → the variant that the buyer was last sent under an earlier version of it. */
  readonly treated: Map<string, string>;
  open: OpenCase | null;
};

/** A row that was decided for good. `step` null: it stands for the whole case. */
export type Decision = {
  readonly caseId: string;
  readonly at: number;
  readonly campaign: Campaign | null;
  readonly step: string | null;
  readonly variant: string | null;
  readonly kind: "send" | "skip";
  readonly reason: Reason | null;
  readonly orders: readonly string[];
  readonly channel: string | null;
  readonly row: PlannedRow | null;
};

/** The sends that stand: claimed, accepted or of unknown outcome. */
export function standingSends({ sends }: BuyerState): readonly BuyerSend[] {
  return sends.some(({ failed }) => failed === true) ? sends.filter(({ failed }) => failed !== true) : sends;
}

export type BuyerPolicy = {
  /** Sorted by byPriority. */
  readonly campaigns: readonly Campaign[];
  readonly channels: ChannelContacts;
  /** Ids of new cases. */
  readonly newId: () => string;
  /** A live worker takes rows up some moments late; so many ms are no lateness. Absent (a rehearsal): 0. */
  readonly takeUp?: number;
  /** Asked before each send: false leaves the row due (no room under the channel's rate). Absent: always. */
  readonly grant?: (channel: string) => boolean;
  /** Of the database's campaigns that these are; absent: they are others (a rehearsal, a test). */
  readonly revision?: number;
};

export function newBuyer(shop: ShopPolicy, bucket: number): BuyerState {
  return {
    shop,
    bucket,
    zone: null,
    contacts: new Map(),
    orders: new Map(),
    otherPaidAt: null,
    sends: [],
    treated: new Map(),
    open: null,
  };
}
