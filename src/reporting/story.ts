/**
 * The story of an order: what was received, planned and sent, why, and what came of it. Instants are epoch ms. It contains no contact
 * and no name; the buyer is the platform's id.
 */
import type { EventType, OrderPayload } from "../core/order/event.ts";
import type { Warning } from "../core/order/warnings.ts";
import type { Move } from "../core/rules/plan.ts";
import type { Reason } from "../core/values/reason.ts";
import type { DeliveryState } from "../db/stores/reads/listing-store.ts";
import type { ReminderState } from "../db/stores/reads/reminder-state.ts";

export type StoryReason = { readonly code: Reason; readonly text: string };

export type StoryOrder = {
  readonly shop: string;
  readonly id: string;
  /** `closed` also when the close time has passed. */
  readonly status: "unpaid" | "paid" | "closed" | "refunded";
  /** The name that people know, like `#1006`. */
  readonly number: string | null;
  /** While a part is paid: the rest. */
  readonly amount: number | null;
  /** The sum of the paid parts while the rest is owed, and of the refunded parts of a payment that stands. */
  readonly partPaid: number | null;
  readonly partRefunded: number | null;
  readonly currency: string | null;
  readonly createdAt: number | null;
  readonly closesAt: number | null;
  readonly paidAt: number | null;
  readonly refundedAt: number | null;
  readonly closedAt: number | null;
  readonly closeReason: string | null;
  readonly seenAt: number;
  readonly paymentMethod: string | null;
  /** Why no reminder may be sent now; null: one may. */
  readonly notChased: string | null;
  readonly buyer: string | null;
};

export type StoryEvent = {
  readonly id: string;
  readonly type: EventType;
  readonly occurredAt: number;
  readonly receivedAt: number;
  readonly told: StoryPayload;
  /** Parts of it that could not be used. */
  readonly warnings: readonly Warning[];
};

/** The fields of the event that matter here. */
export type StoryPayload = Pick<
  OrderPayload,
  | "amount"
  | "currency"
  | "createdAt"
  | "closesAt"
  | "paidAt"
  | "closedAt"
  | "reason"
  | "paymentMethod"
  | "pendingConfirmation"
  | "tags"
> & {
  /** How many. */
  readonly items: number | null;
  readonly presale: boolean;
};

export type StoryDelivery = {
  /** The id of the first attempt on a channel is the idempotency key that the provider gets with every attempt on it. */
  readonly id: string;
  readonly channel: string;
  readonly attempt: number;
  readonly state: DeliveryState;
  readonly claimedAt: number;
  readonly finishedAt: number | null;
  /** From the claim to the provider's answer, ms. */
  readonly latencyMs: number | null;
  readonly deliveredAt: number | null;
  /** The version of this attempt: later than that of the reminder when a new version came between two attempts. */
  readonly campaignVersion: string | null;
  readonly variant: string | null;
  readonly template: string | null;
  readonly templateVersion: string | null;
  readonly messageId: string | null;
  readonly segments: number | null;
  readonly cost: { readonly micros: number; readonly currency: string } | null;
  readonly code: string | null;
  readonly message: string | null;
  /** How asking the provider about an unknown outcome ended, as a sentence; null: it was not asked. */
  readonly lookup: string | null;
  /** As it was sent; null: nothing was sent, it is no longer kept, or the reader may not see it. */
  readonly text: string | null;
};

export type StoryReminder = {
  readonly id: string;
  readonly case: string;
  readonly campaign: string | null;
  readonly version: string | null;
  /** null: it stands for the whole case. */
  readonly step: string | null;
  readonly variant: string | null;
  readonly state: ReminderState;
  /** As planned, or as decided. */
  readonly kind: "send" | "skip";
  readonly reason: StoryReason | null;
  readonly plannedAt: number;
  /** Its time before any rule moved it. */
  readonly anchor: number | null;
  readonly latest: number | null;
  /** How `anchor` was set, as a sentence; null: the reminder has no step, or its campaign has another version now. */
  readonly rule: string | null;
  readonly moves: readonly (Move & { readonly text: string })[];
  readonly decidedAt: number | null;
  readonly retryAt: number | null;
  /** It waits because its campaign, shop or channel is paused. */
  readonly paused: boolean;
  /** It waits because the payment method of one of its orders is paused. `reason`: why it paused itself; null: somebody paused it. */
  readonly held: { readonly method: string; readonly reason: string | null } | null;
  readonly orders: readonly string[];
  /** false: it belongs to the same case, but does not name this order. */
  readonly namesOrder: boolean;
  readonly deliveries: readonly StoryDelivery[];
  /** The payment of this order is credited to it. */
  readonly credited: boolean;
};

export type StoryCase = {
  readonly id: string;
  readonly openedAt: number;
  readonly endedAt: number | null;
  readonly campaign: string | null;
  /** A person has it now. */
  readonly manual: boolean;
  /** When it became a person's; null: it never was. */
  readonly manualSince: number | null;
  /** When a person's case goes back to the reminders, or went; null: never. */
  readonly handBackAt: number | null;
  /** When it was kept from people by `manual.holdout`; null: it was not. */
  readonly keptAt: number | null;
  /** When the buyer promised to pay; the promise that was recorded last. */
  readonly promise: {
    readonly at: number;
    readonly recordedAt: number;
    readonly reason: string | null;
    readonly by: string | null;
  } | null;
  readonly waiting: (StoryReason & { readonly since: number }) | null;
  /** The orders that are in it, or were in it when it ended. */
  readonly orders: readonly string[];
  /** Steps of its campaign that have no row, because no close of its orders is known. */
  readonly unplanned: readonly { readonly step: string; readonly text: string }[];
};

export type StoryRecovery = {
  readonly reminder: string;
  readonly remindedAt: number;
  readonly paidAt: number;
  readonly amount: number;
  readonly currency: string;
};

/** The result of the order so far. */
export type StoryEnding = {
  readonly code: "recovered" | "not_paid" | "closed_unpaid" | "paid_unaided" | "refunded";
  readonly text: string;
};

export type OrderStory = {
  /** The shop's zone. */
  readonly zone: string;
  readonly order: StoryOrder;
  readonly events: readonly StoryEvent[];
  readonly cases: readonly StoryCase[];
  /** By their time. */
  readonly reminders: readonly StoryReminder[];
  readonly recovery: StoryRecovery | null;
  readonly ending: StoryEnding;
};
