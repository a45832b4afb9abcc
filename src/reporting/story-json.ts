/** The answer of `explain --json` and `GET /v1/orders/:shop/:id`: instants as RFC 3339, money as decimal strings. */
import { decimalCost, formatAmount } from "../core/values/money.ts";
import { instantWriter, type WriteInstant } from "./instants.ts";
import type { OrderStory, StoryCase, StoryDelivery, StoryOrder, StoryPayload, StoryReminder } from "./story.ts";

export function storyJson({ zone, order, events, cases, reminders, recovery, ending }: OrderStory) {
  const at = instantWriter(zone);
  return {
    order: orderJson(order, at),
    events: events.map(({ told, ...event }) => ({
      ...event,
      occurredAt: at(event.occurredAt),
      receivedAt: at(event.receivedAt),
      told: payloadJson(told, at),
    })),
    cases: cases.map((each) => ({
      ...each,
      openedAt: at(each.openedAt),
      endedAt: at(each.endedAt),
      manualSince: at(each.manualSince),
      handBackAt: at(each.handBackAt),
      keptAt: at(each.keptAt),
      promise: promiseJson(each.promise, at),
      waiting: each.waiting === null ? null : { ...each.waiting, since: at(each.waiting.since) },
    })),
    reminders: reminders.map((reminder) => reminderJson(reminder, at)),
    recovery:
      recovery === null
        ? null
        : {
            ...recovery,
            remindedAt: at(recovery.remindedAt),
            paidAt: at(recovery.paidAt),
            amount: formatAmount(recovery.amount, recovery.currency),
          },
    ending,
  };
}

export const moneyText = (minor: number | null, currency: string | null): string | null =>
  minor === null || currency === null ? null : formatAmount(minor, currency);

const orderJson = (order: StoryOrder, at: WriteInstant) => ({
  ...order,
  amount: moneyText(order.amount, order.currency),
  partPaid: moneyText(order.partPaid, order.currency),
  partRefunded: moneyText(order.partRefunded, order.currency),
  createdAt: at(order.createdAt),
  closesAt: at(order.closesAt),
  paidAt: at(order.paidAt),
  refundedAt: at(order.refundedAt),
  closedAt: at(order.closedAt),
  seenAt: at(order.seenAt),
});

const promiseJson = (promise: StoryCase["promise"], at: WriteInstant) =>
  promise === null ? null : { ...promise, at: at(promise.at), recordedAt: at(promise.recordedAt) };

const reminderJson = (reminder: StoryReminder, at: WriteInstant) => ({
  ...reminder,
  plannedAt: at(reminder.plannedAt),
  anchor: at(reminder.anchor),
  latest: at(reminder.latest),
  moves: reminder.moves.map((move) => ({ ...move, from: at(move.from), to: at(move.to) })),
  decidedAt: at(reminder.decidedAt),
  retryAt: at(reminder.retryAt),
  deliveries: reminder.deliveries.map((delivery) => deliveryJson(delivery, at)),
});

const deliveryJson = (delivery: StoryDelivery, at: WriteInstant) => ({
  ...delivery,
  claimedAt: at(delivery.claimedAt),
  finishedAt: at(delivery.finishedAt),
  deliveredAt: at(delivery.deliveredAt),
  cost: delivery.cost === null ? null : decimalCost(delivery.cost),
});

type PayloadJson = {
  readonly amount?: string;
  readonly currency?: string;
  readonly createdAt?: string;
  readonly closesAt?: string;
  readonly paidAt?: string;
  readonly closedAt?: string;
  readonly reason?: string;
  readonly paymentMethod?: string;
  readonly pendingConfirmation?: true;
  readonly tags?: readonly string[];
  readonly items?: number;
  readonly presale?: true;
};

/** Only the fields that the event has. */
export function payloadJson(payload: StoryPayload, at: WriteInstant): PayloadJson {
  const { amount, currency, createdAt, closesAt, paidAt, closedAt, reason, paymentMethod, tags, items } = payload;
  return {
    ...given("amount", amount),
    ...given("currency", currency),
    ...given("createdAt", at(createdAt)),
    ...given("closesAt", at(closesAt)),
    ...given("paidAt", at(paidAt)),
    ...given("closedAt", at(closedAt)),
    ...given("reason", reason),
    ...given("paymentMethod", paymentMethod),
    ...(payload.pendingConfirmation === true && { pendingConfirmation: true }),
    ...given("tags", tags),
    ...given("items", items),
    ...(payload.presale && { presale: true }),
  };
}

const given = <Name extends string, Value>(
  name: Name,
  value: Value | null | undefined,
): { [Key in Name]?: Value } | Record<never, never> => (value == null ? {} : { [name]: value });
