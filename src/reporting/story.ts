/**
 * The story of an order: what was told, what was planned and why then, what was sent, what came of it. Instants are epoch ms. It
 * holds no contact and no name; the buyer is the platform's id.
 */
import type { OrderPayload } from "../core/order/event.ts";
import type { Move } from "../core/rules/plan.ts";
import type { Reason } from "../core/values/reason.ts";
import type { ReminderState } from "../db/stores/reads/reminder-state.ts";

export type StoryReason = { readonly code: Reason; readonly text: string };

export type StoryOrder = {
  readonly shop: string;
  readonly id: string;
  /** Closed by the clock counts, too; refunded is what was paid and given back. */
  readonly status: "unpaid" | "paid" | "closed" | "refunded";
  readonly amount: number | null;
  readonly currency: string | null;
  readonly createdAt: number | null;
  readonly closesAt: number | null;
  readonly paidAt: number | null;
  readonly refundedAt: number | null;
  readonly closedAt: number | null;
  readonly closeReason: string | null;
  readonly seenAt: number;
  readonly paymentMethod: string | null;
  /** Why nobody may chase it now, or null. */
  readonly notChased: string | null;
  readonly buyer: string | null;
};

export type StoryEvent = {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: number;
  readonly receivedAt: number;
  /** Which fields it told, the telling ones with their values. */
  readonly told: StoryTold;
};

export type StoryTold = Pick<
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
  readonly items: number | null;
  readonly presale: boolean;
};

export type StoryDelivery = {
  /** Of the first attempt on a channel also the idempotency key that the provider got with each of them. */
  readonly id: string;
  readonly channel: string;
  readonly attempt: number;
  readonly state: string;
  readonly claimedAt: number;
  readonly finishedAt: number | null;
  /** From the claim to the answer, ms. */
  readonly latencyMs: number | null;
  readonly deliveredAt: number | null;
  /** Of this attempt, which may be a later one than the reminder was first claimed with. */
  readonly campaignVersion: string | null;
  readonly variant: string | null;
  readonly template: string | null;
  readonly templateVersion: string | null;
  readonly messageId: string | null;
  readonly segments: number | null;
  readonly cost: { readonly micros: number; readonly currency: string } | null;
  readonly code: string | null;
  readonly message: string | null;
};

export type StoryReminder = {
  readonly id: string;
  readonly case: string;
  readonly campaign: string | null;
  readonly version: string | null;
  /** null: stands for the whole case. */
  readonly step: string | null;
  readonly variant: string | null;
  readonly state: ReminderState;
  /** `send` or `skip`: what is planned, or what was decided. */
  readonly kind: "send" | "skip";
  readonly reason: StoryReason | null;
  readonly plannedAt: number;
  /** Its time before any rule moved it. */
  readonly anchor: number | null;
  readonly latest: number | null;
  /** How that came about, in words; null: it has no step, or its campaign is another version now. */
  readonly rule: string | null;
  readonly moves: readonly (Move & { readonly text: string })[];
  readonly decidedAt: number | null;
  readonly retryAt: number | null;
  /** Its time comes, or has come, while its campaign is paused. */
  readonly paused: boolean;
  readonly orders: readonly string[];
  /** false: a reminder of the same case that does not name this order. */
  readonly namesOrder: boolean;
  readonly deliveries: readonly StoryDelivery[];
  /** Whether the payment of this order is credited to it. */
  readonly credited: boolean;
};

export type StoryCase = {
  readonly id: string;
  readonly openedAt: number;
  readonly endedAt: number | null;
  readonly campaign: string | null;
  readonly manual: boolean;
  /** When the buyer promised to pay, as recorded last. */
  readonly promise: {
    readonly at: number;
    readonly recordedAt: number;
    readonly reason: string | null;
    readonly by: string | null;
  } | null;
  readonly waiting: (StoryReason & { readonly since: number }) | null;
  /** The orders that are in it now, or were in it last. */
  readonly orders: readonly string[];
};

export type StoryRecovery = {
  readonly reminder: string;
  readonly remindedAt: number;
  readonly paidAt: number;
  readonly amount: number;
  readonly currency: string;
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
};
