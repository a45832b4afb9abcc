/** The story of an order as moments in the order of time: what came in, what was planned, sent and delivered, and what came of it. */
import type { OrderStory } from "../../api/lists.ts";

type Reminder = OrderStory["reminders"][number];
type Case = OrderStory["cases"][number];

export type Moment = { readonly at: string; readonly key: string } & (
  | { readonly kind: "event"; readonly event: OrderStory["events"][number] }
  | { readonly kind: "opened" | "ended" | "manual"; readonly of: Case }
  | { readonly kind: "waiting"; readonly waiting: NonNullable<Case["waiting"]> }
  | { readonly kind: "promise"; readonly promise: NonNullable<Case["promise"]> }
  | { readonly kind: "reminder"; readonly reminder: Reminder }
  | { readonly kind: "delivery"; readonly delivery: Reminder["deliveries"][number]; readonly step: string | null }
  | { readonly kind: "delivered"; readonly channel: string }
  | { readonly kind: "recovered"; readonly recovery: NonNullable<OrderStory["recovery"]> }
);

export function momentsOf({ events, cases, reminders, recovery }: OrderStory): readonly Moment[] {
  const moments: Moment[] = [];
  for (const event of events) moments.push({ at: event.occurredAt, key: `event ${event.id}`, kind: "event", event });
  for (const of of cases) {
    moments.push({ at: of.openedAt, key: `opened ${of.id}`, kind: "opened", of });
    const { manualSince, promise, waiting } = of;
    if (manualSince !== null) moments.push({ at: manualSince, key: `manual ${of.id}`, kind: "manual", of });
    if (promise !== null) moments.push({ at: promise.recordedAt, key: `promise ${of.id}`, kind: "promise", promise });
    if (waiting !== null) moments.push({ at: waiting.since, key: `waiting ${of.id}`, kind: "waiting", waiting });
  }
  for (const reminder of reminders) {
    const { id, step, deliveries } = reminder;
    // A claim is the decision to send, and the attempt comes after it.
    const at = reminder.decidedAt ?? reminder.plannedAt;
    moments.push({ at, key: `reminder ${id}`, kind: "reminder", reminder });
    for (const delivery of deliveries) {
      moments.push({ at: delivery.claimedAt, key: `delivery ${delivery.id}`, kind: "delivery", delivery, step });
      if (delivery.deliveredAt !== null)
        moments.push({
          at: delivery.deliveredAt,
          key: `delivered ${delivery.id}`,
          kind: "delivered",
          channel: delivery.channel,
        });
    }
  }
  if (recovery !== null) moments.push({ at: recovery.paidAt, key: "recovered", kind: "recovered", recovery });
  for (const of of cases)
    if (of.endedAt !== null) moments.push({ at: of.endedAt, key: `ended ${of.id}`, kind: "ended", of });
  return moments.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
