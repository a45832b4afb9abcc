/** Makes the story of an order from what is stored. */

import type { OrderPayload } from "../core/order/event.ts";
import { futureWarning } from "../core/order/future.ts";
import type { Move } from "../core/rules/plan.ts";
import { withoutAddress } from "../core/text/without-address.ts";
import { formatAmount } from "../core/values/money.ts";
import type { Reason } from "../core/values/reason.ts";
import type { Sql } from "../db/client.ts";
import {
  type CaseFacts,
  type DeliveryFacts,
  loadStory,
  type OrderFacts,
  type PromiseFacts,
  type ReminderFacts,
  type StoredStory,
} from "../db/stores/reads/explain-store.ts";
import { orderIdOf } from "../db/stores/reads/order-name-store.ts";
import { type Vault, VaultError } from "../db/vault.ts";
import { endingOf } from "./ending.ts";
import { notChased } from "./orders/not-chased.ts";
import type { PolicyLookups } from "./policies.ts";
import type {
  OrderStory,
  StoryCase,
  StoryDelivery,
  StoryOrder,
  StoryPayload,
  StoryReason,
  StoryReminder,
} from "./story.ts";
import { isSameSecond, lookupText, type MoveContext, moveText, reasonText, ruleText, unplannedText } from "./words.ts";

export type ExplainDeps = Partial<PolicyLookups> & {
  readonly sql: Sql;
  /** Opens the texts of messages. null: the reader may not see them. */
  readonly vault?: Pick<Vault, "open"> | null;
};

/** `order`: its id, or its number. null: no event of such an order was received. Throws AmbiguousOrderError. */
export async function explainOrder(
  deps: ExplainDeps,
  { shop, order }: { readonly shop: string; readonly order: string },
): Promise<OrderStory | null> {
  const id = await orderIdOf(deps.sql, shop, order);
  const stored = await loadStory(deps.sql, shop, id);
  return stored === null ? null : storyOf(deps, shop, id, stored);
}

function storyOf(deps: ExplainDeps, shop: string, id: string, stored: StoredStory): OrderStory {
  const { order, events, cases, reminders, deliveries, recovery } = stored;
  const zone = deps.zoneOf?.(shop) ?? "UTC";
  const contextOf = ({ campaign, plan }: ReminderFacts): MoveContext => ({
    zone: order.time_zone ?? zone,
    foreign: order.time_zone !== null && order.time_zone !== zone,
    latest: plan?.latest ?? null,
    quiet: campaign === null ? null : (deps.quietHoursOf?.(shop, campaign) ?? null),
  });
  const ruleOf = (row: ReminderFacts): string | null => {
    const campaign = row.campaign === null ? null : (deps.campaignOf?.(row.campaign) ?? null);
    const step = campaign?.steps.find((each) => each.id === row.step);
    // Another version may have another rule.
    if (campaign?.version !== row.campaign_version || step === undefined || row.plan === null) return null;
    return ruleText(step.at, row.plan, contextOf(row));
  };
  const rows = reminders.map(
    (row): StoryReminder => ({
      id: row.id,
      case: row.case_id,
      campaign: row.campaign,
      version: row.campaign_version,
      step: row.step,
      variant: row.variant,
      state: row.state,
      kind: row.kind,
      reason: row.reason === null ? null : reasonOf(row.reason),
      plannedAt: row.due_at,
      anchor: row.plan?.anchor ?? null,
      latest: row.plan?.latest ?? null,
      rule: ruleOf(row),
      moves: (row.plan?.moves ?? []).filter(isMove).map((move) => ({ ...move, text: moveText(move, contextOf(row)) })),
      decidedAt: row.decided_at,
      retryAt: row.retry_at,
      paused: row.paused && isToBeSent(row),
      held: row.held_method !== null && isToBeSent(row) ? { method: row.held_method, reason: row.held_why } : null,
      orders: row.orders,
      namesOrder: row.orders.includes(id),
      deliveries: deliveries.filter(({ reminder_id }) => reminder_id === row.id).map((each) => deliveryOf(deps, each)),
      credited: recovery?.reminder_id === row.id,
    }),
  );
  return {
    zone,
    order: orderOf(shop, id, order),
    events: events.map(({ id: event, type, occurred_at, received_at, told }) => ({
      id: event,
      type,
      occurredAt: occurred_at,
      receivedAt: received_at,
      told: payloadOf(told),
      warnings: [
        told.warnings ?? [],
        futureWarning({ occurredAt: occurred_at, order: told }, received_at) ?? [],
      ].flat(),
    })),
    cases: cases.map((row) => ({
      id: row.id,
      openedAt: row.opened_at,
      endedAt: row.ended_at,
      campaign: row.campaign,
      manual: row.manual,
      manualSince: row.manual_at,
      handBackAt: row.back_at,
      keptAt: row.kept_at,
      promise: row.promise === null ? null : promiseOf(row.promise),
      waiting:
        row.whole_reason === null || row.whole_at === null
          ? null
          : { ...reasonOf(row.whole_reason), since: row.whole_at },
      orders: row.orders,
      unplanned: unplannedOf(deps, row, reminders),
    })),
    reminders: rows,
    recovery:
      recovery === null
        ? null
        : {
            reminder: recovery.reminder_id,
            remindedAt: recovery.reminded_at,
            paidAt: recovery.paid_at,
            amount: recovery.amount,
            currency: recovery.currency,
          },
    ending: endingOf({ order, recovery, reminders: rows, money: formatAmount }),
  };
}

/** Steps before the close have no row while no close is known (rule 3). The steps are those of the campaign as it is now. */
function unplannedOf(
  deps: ExplainDeps,
  { id, campaign, closes, whole_reason }: CaseFacts,
  reminders: readonly ReminderFacts[],
): StoryCase["unplanned"] {
  if (closes || campaign === null || whole_reason !== null) return [];
  const steps = deps.campaignOf?.(campaign)?.steps ?? [];
  const isPlanned = (step: string) => reminders.some((row) => row.case_id === id && row.step === step);
  return steps
    .filter(({ id: step, at }) => at.kind === "beforeClose" && !isPlanned(step))
    .map(({ id: step, at }) => ({ step, text: unplannedText(at) }));
}

/** People read seconds: a move within one is no move. */
const isToBeSent = (row: ReminderFacts) => row.kind === "send" && (row.state === "planned" || row.retry_at !== null);

const isMove = ({ from, to }: Move): boolean => !isSameSecond(from, to);

const promiseOf = ({ at, recordedAt, reason, by }: PromiseFacts): StoryCase["promise"] => ({
  at,
  recordedAt,
  reason: reason === null ? null : withoutAddress(reason),
  by: by === null ? null : withoutAddress(by),
});

const reasonOf = (code: Reason): StoryReason => ({ code, text: reasonText(code) });

function orderOf(shop: string, id: string, row: OrderFacts): StoryOrder {
  const over = row.closes_at !== null && row.closes_at <= row.now;
  return {
    shop,
    id,
    status: row.refunded_at !== null ? "refunded" : row.status === "unpaid" && over ? "closed" : row.status,
    number: row.number,
    amount: row.amount,
    partPaid: row.parts?.paidPart || null,
    partRefunded: row.parts?.refundedPart || null,
    currency: row.currency,
    createdAt: row.created_at,
    closesAt: row.closes_at,
    paidAt: row.paid_at,
    refundedAt: row.refunded_at,
    closedAt: row.closed_at,
    closeReason: row.close_reason === null ? null : withoutAddress(row.close_reason),
    seenAt: row.seen_at,
    paymentMethod: row.payment_method,
    notChased: notChased(row),
    buyer: row.platform_id,
  };
}

/** Without notes, links and items: they are private. The number of items is enough. */
function payloadOf(payload: OrderPayload): StoryPayload {
  const { amount, currency, createdAt, closesAt, paidAt, closedAt, reason, paymentMethod, pendingConfirmation, tags } =
    payload;
  const shown = {
    amount,
    currency,
    createdAt,
    closesAt,
    paidAt,
    closedAt,
    reason: reason == null ? null : withoutAddress(reason),
    paymentMethod,
    pendingConfirmation,
    tags,
  };
  return { ...shown, items: payload.items?.length ?? null, presale: payload.presale != null };
}

function deliveryOf({ vault = null }: ExplainDeps, row: DeliveryFacts): StoryDelivery {
  return {
    id: row.id,
    channel: row.channel,
    attempt: row.attempt,
    state: row.state,
    claimedAt: row.claimed_at,
    finishedAt: row.finished_at,
    latencyMs: row.finished_at === null ? null : Math.round(row.finished_at - row.claimed_at),
    deliveredAt: row.delivered_at,
    campaignVersion: row.campaign_version,
    variant: row.variant,
    template: row.template,
    templateVersion: row.template_version,
    messageId: row.message_id,
    segments: row.segments,
    cost:
      row.cost_micros === null || row.cost_currency === null
        ? null
        : { micros: row.cost_micros, currency: row.cost_currency },
    code: row.code,
    message: row.message === null ? null : withoutAddress(row.message),
    lookup: lookupText(row),
    text: row.sealed_text === null || vault === null ? null : opened(vault, row.sealed_text),
  };
}

/** null: it was sealed with another key. */
function opened(vault: Pick<Vault, "open">, sealed: Buffer): string | null {
  try {
    return vault.open(sealed);
  } catch (error) {
    if (error instanceof VaultError) return null;
    throw error;
  }
}
